#define VIRESCO_LANES 1
#include "lang/kernels_impl.inc"

namespace viresco::lang {
extern const Kernels kernels_scalar;
const Kernels kernels_scalar{1, "scalar", run, forward, reverse};
} // namespace viresco::lang
