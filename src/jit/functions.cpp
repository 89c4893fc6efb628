#include "jit/functions.h"
#include "lang/operation.h"
#include <cstdint>

#if defined(__x86_64__)
// SLEEF's functions for their addresses alone: their headers declare the wide ones only to files compiled for such
// processors.
#define VIRESCO_VECTOR_FUNCTIONS(name)                                                                                 \
    void Sleef_cinz_##name##d2_u10sse2();                                                                              \
    void Sleef_cinz_##name##d4_u10avx();                                                                               \
    void Sleef_cinz_##name##d8_u10avx512fnofma();
extern "C" {
VIRESCO_VECTOR_FUNCTIONS(exp)
VIRESCO_VECTOR_FUNCTIONS(log)
VIRESCO_VECTOR_FUNCTIONS(pow)
VIRESCO_VECTOR_FUNCTIONS(expm1)
VIRESCO_VECTOR_FUNCTIONS(log1p)
VIRESCO_VECTOR_FUNCTIONS(tanh)
VIRESCO_VECTOR_FUNCTIONS(sin)
VIRESCO_VECTOR_FUNCTIONS(cos)
}
#endif

namespace viresco::jit {
namespace {

double general(int64_t code, double a, double b, double c) {
    lang::Node n;
    n.op = static_cast<lang::Op>(code & 255);
    n.c = static_cast<int32_t>(code >> 8) - 1;
    return lang::apply(n, a, b, c);
}

template <class F>
void* address(F f) {
    return reinterpret_cast<void*>(f);
}

} // namespace

void fill_table(void** table, int lanes) {
    namespace s = lang::scalar;
    void* const scalar[n_functions] = {address(s::exp),   address(s::log),   address(s::power),
                                       address(s::expm1), address(s::log1p), address(s::tanh),
                                       address(s::sin),   address(s::cos),   address(general)};
    for (size_t k = 0; k < n_functions; ++k) {
        table[k] = scalar[k];
        table[n_functions + k] = nullptr;
    }
#if defined(__x86_64__)
#define VIRESCO_OF_WIDTH(name)                                                                                         \
    (lanes == 2   ? address(Sleef_cinz_##name##d2_u10sse2)                                                             \
     : lanes == 4 ? address(Sleef_cinz_##name##d4_u10avx)                                                              \
                  : address(Sleef_cinz_##name##d8_u10avx512fnofma))
    if (lanes == 1) return;
    void* const vector[n_functions] = {VIRESCO_OF_WIDTH(exp),   VIRESCO_OF_WIDTH(log),   VIRESCO_OF_WIDTH(pow),
                                       VIRESCO_OF_WIDTH(expm1), VIRESCO_OF_WIDTH(log1p), VIRESCO_OF_WIDTH(tanh),
                                       VIRESCO_OF_WIDTH(sin),   VIRESCO_OF_WIDTH(cos),   nullptr};
    for (size_t k = 0; k < n_functions; ++k) table[n_functions + k] = vector[k];
#undef VIRESCO_OF_WIDTH
#else
    (void)lanes;
#endif
}

} // namespace viresco::jit
