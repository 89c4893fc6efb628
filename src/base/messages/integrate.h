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
MESSAGE(sensitivities_need_bdf, "the Rosenbrock method computes no sensitivities", "Rosenbrock 方法不计算灵敏度")
MESSAGE(let_the_method_be_chosen, "leave the method to be chosen, or take the BDF method of IDAS (ida)", "请让程序自动选择方法，或使用 IDAS 的 BDF 方法（ida）")
MESSAGE(method_needs_ode, "the BDF method of CVODES takes no algebraic unknowns; '{0}' is one", "CVODES 的 BDF 方法不处理代数未知量；“{0}”即为其一")
MESSAGE(no_steady_state, "no steady state was found: '{0}' = {1} still changes by {2} per second (SI)", "未找到稳态：“{0}” = {1}，仍以每秒 {2} 变化（SI）")
MESSAGE(no_steady_state_hint, "run it in time first, and look whether it comes to rest at all", "请先按时间运行，看它是否会趋于静止")
MESSAGE(ensemble_without_sensitivities, "an ensemble computes no sensitivities; run its members one by one", "集合运行不计算灵敏度；请逐个运行其成员")
MESSAGE(inconsistent_inputs, "no solution of the equations after the inputs changed at {0} s ({1})", "{0} s 处输入改变后方程无解（{1}）")
MESSAGE(went_negative, "'{0}' has become negative ({1}): does its rate take away what is not there?", "“{0}”已变为负值（{1}）：其变化率是否取走了并不存在的物质？")
MESSAGE(grew_without_bound, "'{0}' has grown to {1}: the model is unstable here", "“{0}”已增大到 {1}：模型在此处不稳定")
MESSAGE(at_a_kink, "there the two sides of a '{0}' in the rate of {1} are equal: {2} and {3} (SI)", "此处 {1} 的变化率中“{0}”的两侧相等：{2} 与 {3}（SI）")
MESSAGE(slides_along_a_kink, "at {0} s the run gets nowhere: it slides along a kink, where '{1}' in the rate of {2} changes sides at nearly every step (now {3} and {4}, SI)", "在 {0} s 处计算停滞：沿折点滑动，{2} 的变化率中的“{1}”几乎每一步都切换（当前两侧为 {3} 与 {4}，SI）")
MESSAGE(slides_along_a_kink_hint, "make it smooth: a saturation such as S/(K + S) with a small K instead of min(), or an event with a dead band instead of 'if'", "请将其平滑化：用小 K 的饱和项 S/(K + S) 代替 min()，或用带死区的事件代替 if")
MESSAGE(state_negative, "'{0}' is negative from {1} s on, {2} at the lowest (SI)", "“{0}”自 {1} s 起为负值，最低为 {2}（SI）")
MESSAGE(state_negative_hint, "a rate that takes it away should vanish with it; or the tolerance is too loose", "取走它的速率应随其趋于零而消失；或者容差过大")
// clang-format on
