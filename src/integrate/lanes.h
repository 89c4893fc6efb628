#pragma once

/// A loop over the lanes l of W, one statement after it; the compiler makes vector instructions of it. Operands are the
/// same place or apart.
#if defined(__clang__)
#define VIRESCO_APART _Pragma("clang loop vectorize(assume_safety)")
#else
#define VIRESCO_APART _Pragma("GCC ivdep")
#endif
#define VIRESCO_EACH_LANE VIRESCO_APART for (int l = 0; l < W; ++l)
/// Of the lambda given to `widest`, after its parameter list.
#define VIRESCO_INLINE __attribute__((always_inline))

namespace viresco::integrate {

#if defined(__x86_64__)
template <class F>
__attribute__((target("avx2"))) void with_avx2(const F& f) {
    f();
}
#endif

/// f() compiled for the widest vectors of this processor; nothing is contracted, so the bits are the same in any.
template <int W, class F>
VIRESCO_INLINE inline void widest(const F& f) {
#if defined(__x86_64__)
    static const bool wide = __builtin_cpu_supports("avx2");
    if (W > 1 && wide) return with_avx2(f);
#endif
    f();
}

} // namespace viresco::integrate
