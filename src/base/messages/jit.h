// Messages of jit/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(no_machine_code, "there is no machine code; the interpreter runs instead (the same results, only slower)", "未生成机器码；改用解释器（结果相同，只是较慢）")
MESSAGE(jit_no_plugin, "the module libviresco_jit.so was not found beside the program or cannot be opened ({0})", "未找到或无法打开模块 libviresco_jit.so（{0}）")
MESSAGE(jit_no_plugin_hint, "build Viresco where LLVM 14 is installed (Debian: llvm-14-dev), or use --jit off", "请在安装了 LLVM 14 的系统上构建 Viresco（Debian：llvm-14-dev），或使用 --jit off")
MESSAGE(jit_failed, "the code generator failed ({0})", "代码生成失败（{0}）")
MESSAGE(jit_no_memory, "the system allows no executable memory ({0})", "系统不允许可执行内存（{0}）")
MESSAGE(jit_processor, "there is no code generator for this processor", "没有适用于本处理器的代码生成器")
// clang-format on
