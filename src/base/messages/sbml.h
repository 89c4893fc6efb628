// Messages of sbml/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(sbml_not_built, "this program was built without libsbml: it reads no SBML", "本程序构建时没有 libsbml，无法读取 SBML")
MESSAGE(sbml_not_built_hint, "install libsbml5-dev ('./dev setup'), then build again", "请安装 libsbml5-dev（“./dev setup”），然后重新构建")
MESSAGE(sbml_unreadable, "'{0}' is no SBML that can be read: {1}", "“{0}”不是可读取的 SBML：{1}")
MESSAGE(sbml_no_model, "'{0}' holds no model", "“{0}”中没有模型")
MESSAGE(sbml_refused, "'{1}' uses what Viresco does not compute: {0}", "“{1}”用到了 Viresco 不支持的功能：{0}")
MESSAGE(sbml_refused_hint, "a run without it would give other numbers; nothing was computed", "忽略它会得到不同的数值，因此没有进行计算")
MESSAGE(sbml_flatten_failed, "the submodels of '{0}' cannot be put together: {1}", "“{0}”的子模型无法合并：{1}")
MESSAGE(sbml_unknown_symbol, "'{1}' speaks of '{0}', which is not in the model", "“{1}”提到了“{0}”，但模型中没有它")
MESSAGE(sbml_unknown_function, "'{1}' calls '{0}' with {2} argument(s): there is no such function definition", "“{1}”以 {2} 个参数调用“{0}”：没有这样的函数定义")
MESSAGE(sbml_wrong_count, "'{1}': the operator '{0}' does not take {2} argument(s)", "“{1}”：运算符“{0}”不接受 {2} 个参数")
MESSAGE(sbml_cycle, "'{0}' depends on itself", "“{0}”依赖于自身")
MESSAGE(sbml_twice, "'{0}' is determined twice", "“{0}”被两次确定")
MESSAGE(sbml_not_finite, "'{0}' is {1} at the start: it has no value there", "“{0}”在起点为 {1}：没有数值")
MESSAGE(sbml_not_finite_hint, "give it an initial value, or an initial assignment", "请给出初值，或初始赋值")
MESSAGE(sbml_events_endless, "at time {0} events set off each other without end; last '{1}'", "时间 {0} 处事件无休止地相互触发；最后一个为“{1}”")
MESSAGE(sbml_negative_delay, "at time {1} the delay of event '{0}' is {2}", "时间 {1} 处事件“{0}”的延迟为 {2}")
MESSAGE(sbml_unknown_variable, "the model has no variable '{0}'", "模型没有变量“{0}”")
MESSAGE(sbml_not_a_species, "'{0}' is no species: it has no amount or concentration", "“{0}”不是物种：没有物质的量或浓度")
MESSAGE(sbml_unchecked_units, "units are not checked: all numbers are as the file writes them", "单位未检查：所有数值均按文件所写")
MESSAGE(sbml_no_cases, "'{0}' holds no cases (NNNNN/NNNNN-settings.txt)", "“{0}”中没有案例（NNNNN/NNNNN-settings.txt）")
MESSAGE(sbml_case_file, "'{0}' cannot be read: {1}", "无法读取“{0}”：{1}")
MESSAGE(sbml_needs_span, "--duration and --steps are needed to run a model", "运行模型需要 --duration 和 --steps")
MESSAGE(sbml_file_or_suite, "give a FILE, or --suite DIR", "请给出 FILE，或 --suite DIR")
// clang-format on
