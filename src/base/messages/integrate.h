// Messages of integrate/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(rates_not_finite, "at {0} s the rates are no longer numbers; '{1}' changes fastest", "在 {0} s 处变化率不再是有限数；“{1}”变化最快")
MESSAGE(step_too_small, "at {0} s no step is small enough for the tolerance; '{1}' changes fastest", "在 {0} s 处任何步长都无法满足容差；“{1}”变化最快")
MESSAGE(steps_rejected, "at {0} s every step fails; '{1}' changes fastest", "在 {0} s 处每一步都失败；“{1}”变化最快")
MESSAGE(singular_system, "at {0} s the linear system of a step is singular; '{1}' changes fastest", "在 {0} s 处步进的线性方程组奇异；“{1}”变化最快")
MESSAGE(too_many_steps, "at {0} s the limit of steps is reached; '{1}' changes fastest", "在 {0} s 处达到步数上限；“{1}”变化最快")
MESSAGE(out_of_time, "at {0} s the limit of computing time is reached; '{1}' changes fastest", "在 {0} s 处达到计算时间上限；“{1}”变化最快")
MESSAGE(last_good_point, "last good point: {0} s, where {1} = {2} and its rate is {3} per second (SI)", "最后的有效点：{0} s，{1} = {2}，变化率 {3} 每秒（SI）")
MESSAGE(start_not_finite, "the start value of '{0}' is {1}", "“{0}”的初值为 {1}")
MESSAGE(inconsistent_start, "no value of '{0}' satisfies its equation at the start: {1}", "在起点没有“{0}”的值满足其方程：{1}")
MESSAGE(inconsistent_after_event, "after event '{0}' at {1} s the algebraic equations have no solution", "事件“{0}”（{1} s）之后代数方程无解")
MESSAGE(events_chatter, "event '{0}' happens again and again at {1} s", "事件“{0}”在 {1} s 处反复发生")
MESSAGE(events_chatter_hint, "give the condition a dead band: let it turn true at one value and another event undo it at a different one", "请给条件设置死区：在一个值触发，由另一事件在不同的值解除")
MESSAGE(sensitivities_need_ode, "sensitivities are computed by the BDF method, for systems without algebraic unknowns", "灵敏度由 BDF 方法计算，只适用于没有代数未知量的系统")
MESSAGE(method_needs_ode, "the BDF method takes no algebraic unknowns; '{0}' is one", "BDF 方法不处理代数未知量；“{0}”即为其一")
MESSAGE(no_steady_state, "no steady state was found: '{0}' = {1} still changes by {2} per second (SI)", "未找到稳态：“{0}” = {1}，仍以每秒 {2} 变化（SI）")
MESSAGE(no_steady_state_hint, "run it in time first, and look whether it comes to rest at all", "请先按时间运行，看它是否会趋于静止")
// clang-format on
