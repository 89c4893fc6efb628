#include "lang/kernels.h"
#include <cassert>

namespace viresco::lang {

extern const Kernels kernels_scalar, kernels_8_generic, kernels_8_avx2, kernels_8_avx512;

const Kernels* const* all_kernels(int& count) {
    struct List {
        const Kernels* sets[4] = {&kernels_scalar, &kernels_8_generic, nullptr, nullptr};
        int n = 2;
        List() {
            if (__builtin_cpu_supports("avx2")) sets[n++] = &kernels_8_avx2;
            if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) sets[n++] = &kernels_8_avx512;
        }
    };
    static const List list;
    count = list.n;
    return list.sets;
}

const Kernels& kernels(int width) {
    assert(width == 1 || width == 8);
    int count = 0;
    const Kernels* const* sets = all_kernels(count);
    return width == 1 ? *sets[0] : *sets[count - 1];
}

} // namespace viresco::lang
