// Messages of kinetics/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(reactions_without_processes, "a reaction model needs 'processes:', each with a rate and coefficients", "反应模型须有“processes:”，其中每个过程含 rate 与 coefficients")
MESSAGE(process_without_rate, "process '{0}' has no 'rate:'", "过程“{0}”缺少“rate:”")
MESSAGE(process_without_coefficients, "process '{0}' has no 'coefficients:'", "过程“{0}”缺少“coefficients:”")
MESSAGE(coefficient_not_determined, "the coefficient of '{0}' in '{1}' is left to conservation, which does not determine it (known for all components of the process: {2})", "过程“{1}”中“{0}”的系数交由守恒确定，但守恒无法确定它（该过程所有组分均已知的量：{2}）")
MESSAGE(coefficient_not_determined_hint, "give one more coefficient, or the missing contents of its components", "请再给出一个系数，或补充其组分缺少的含量")
MESSAGE(coefficient_not_a_number, "the coefficient of '{0}' in '{1}' is no number at the parameters of the run: coefficients depend on parameters alone", "过程“{1}”中“{0}”的系数在本次参数下不是数值：系数只能依赖于参数")
MESSAGE(process_not_continuous, "process '{0}' makes {1} out of nothing: {2} per unit of rate, {3} of what it turns over", "过程“{0}”的 {1} 不守恒：每单位速率凭空产生 {2}，占周转量的 {3}")
MESSAGE(process_not_continuous_hint, "leave a coefficient to conservation ('?'), or name the exception: exceptions: {COD: why}", "可将某个系数交由守恒确定（“?”），或注明例外：exceptions: {COD: 原因}")
MESSAGE(named_exception, "process '{0}' does not conserve {1} as published: {2} per unit of rate ({3})", "过程“{0}”按原文发表形式不守恒 {1}：每单位速率 {2}（{3}）")
MESSAGE(exception_without_need, "process '{0}' conserves {1}: the exception says something else", "过程“{0}”的 {1} 守恒，与所列例外不符")
MESSAGE(exception_unknown, "process '{0}' names an exception for '{1}', which its components do not tell", "过程“{0}”为“{1}”列出例外，但其组分未给出该量的含量")
MESSAGE(reaction_rate_dimension, "{0}: coefficient times rate is in {1}, but {2} is expected", "{0}：系数乘速率的量纲为 {1}，应为 {2}")
MESSAGE(kinetics_not_taken, "unit '{0}' takes no reaction model (its file says no 'kinetics:')", "单元“{0}”不接受反应模型（其文件无“kinetics:”）")
MESSAGE(kinetics_needed, "unit '{0}' needs a reaction model: kinetics: asm1", "单元“{0}”需要反应模型：kinetics: asm1")
// clang-format on
