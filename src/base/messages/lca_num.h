// Messages of solving, sampling and contributions: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(lca_bad_entry, "the {0} of process '{1}' for '{2}' is {3}: it must be a finite number", "过程“{1}”中“{2}”的{0}为 {3}：必须是有限的数值")
MESSAGE(lca_no_output, "process '{0}' makes none of its product: the net output of '{1}' is {2}", "过程“{0}”不产出其产品：“{1}”的净产出为 {2}")
MESSAGE(lca_singular, "the system has no unique solution: the product of '{0}' depends on itself without a net output (loop of {1} processes: {2})", "系统没有唯一解：“{0}”的产品依赖自身而无净产出（由 {1} 个过程构成的回路：{2}）")
MESSAGE(lca_singular_hint, "look for a process of this loop that uses as much of a product as it causes to be made: a wrong unit, amount or link", "请检查该回路中是否有过程消耗的产品与其引起的产量相等：单位、数量或链接可能有误")
MESSAGE(lca_fill_budget, "a loop of {0} processes neither converges nor fits the memory budget of a factorisation ({1} numbers needed, {2} allowed); largest process of it: '{3}'", "由 {0} 个过程构成的回路既不收敛，分解所需内存也超出预算（需要 {1} 个数，允许 {2} 个）；其中最大的过程：“{3}”")
MESSAGE(lca_fill_hint, "raise the budget (fill_budget), or check the links of this loop: few real databases need a factorisation at all", "请提高预算（fill_budget），或检查该回路的链接：真实数据库很少需要分解")
MESSAGE(lca_not_solved, "the solution is not accurate: relative residual {0}; worst: '{1}'", "解不够精确：相对残差 {0}；最差的过程：“{1}”")
MESSAGE(lca_scaling_hint, "amounts of very different size meet in this process ({0} to {1}): check its units", "该过程中的数量相差悬殊（{0} 至 {1}）：请检查单位")
MESSAGE(lca_demand_size, "the demand has {0} numbers, the system {1} products", "需求向量有 {0} 个数，而系统有 {1} 个产品")
MESSAGE(lca_demand_value, "the demand for the product of '{0}' is {1}: it must be a finite number", "对“{0}”产品的需求为 {1}：必须是有限的数值")

MESSAGE(lca_sigma, "in '{0}', exchange '{1}': the lognormal distribution has sigma {2}; it must be above 0", "“{0}”的交换“{1}”：对数正态分布的 sigma 为 {2}，必须大于 0")
MESSAGE(lca_sigma_hint, "sigma is the natural logarithm of the geometric standard deviation; without uncertainty give no distribution", "sigma 是几何标准差的自然对数；若无不确定性，请不要给出分布")
MESSAGE(lca_lognormal_zero, "in '{0}', exchange '{1}': lognormal, but the amount is 0: it has no sign to take", "“{0}”的交换“{1}”为对数正态分布，但数量为 0，无法确定符号")
MESSAGE(lca_lognormal_zero_hint, "give the amount that the distribution belongs to, or remove the distribution", "请给出该分布对应的数量，或删除该分布")
MESSAGE(lca_distribution_number, "in '{0}', exchange '{1}': the {2} of the {3} distribution is {4}: it must be a finite number", "“{0}”的交换“{1}”：{3}分布的 {2} 为 {4}，必须是有限的数值")
MESSAGE(lca_deviation, "in '{0}', exchange '{1}': the normal distribution has standard deviation {2}; it must be above 0", "“{0}”的交换“{1}”：正态分布的标准差为 {2}，必须大于 0")
MESSAGE(lca_deviation_hint, "without uncertainty give no distribution", "若无不确定性，请不要给出分布")
MESSAGE(lca_bounds, "in '{0}', exchange '{1}': the {2} distribution has minimum {3} above maximum {4}", "“{0}”的交换“{1}”：{2}分布的最小值 {3} 大于最大值 {4}")
MESSAGE(lca_bounds_hint, "exchange the two, or check the unit of each", "请交换两者，或检查各自的单位")
MESSAGE(lca_mode, "in '{0}', exchange '{1}': the mode {2} of the triangular distribution is outside {3} to {4}", "“{0}”的交换“{1}”：三角分布的众数 {2} 不在 {3} 至 {4} 之间")
MESSAGE(lca_mode_hint, "the mode lies between minimum and maximum", "众数应在最小值与最大值之间")
MESSAGE(lca_pedigree_score, "in '{0}', exchange '{1}': pedigree score {2} of '{3}'; scores are 1 (best) to 5", "“{0}”的交换“{1}”：谱系指标“{3}”的评分为 {2}；评分应为 1（最好）至 5")
MESSAGE(lca_pedigree_hint, "0 means not given", "0 表示未给出")
MESSAGE(lca_base_sigma, "in '{0}', exchange '{1}': the basic uncertainty {2} (ln of the geometric standard deviation) must be finite and not negative", "“{0}”的交换“{1}”：基本不确定度 {2}（几何标准差的自然对数）必须有限且不为负")
MESSAGE(lca_base_sigma_hint, "a geometric standard deviation of 1.05 is 0.0488", "几何标准差 1.05 对应 0.0488")
MESSAGE(lca_output_uncertain, "process '{0}': its reference amount '{1}' may be drawn near or below 0 (distribution {2})", "过程“{0}”：其基准数量“{1}”可能被抽样到接近或低于 0（{2}分布）")
MESSAGE(lca_output_uncertain_hint, "put the uncertainty on the inputs and emissions, or use a lognormal distribution", "请将不确定性放在输入和排放上，或改用对数正态分布")
MESSAGE(lca_parameter_distribution, "parameter '{1}' of '{0}': no value can be drawn from its distribution ({2})", "“{0}”的参数“{1}”：无法从其分布抽样（{2}）")
MESSAGE(lca_formula_middle, "'{1}' of '{0}' has a formula and a distribution around 0: a relative spread cannot be had from it", "“{0}”的“{1}”有公式，且其分布以 0 为中心：无法得出相对离散程度")
MESSAGE(lca_formula_middle_hint, "put the uncertainty on the parameters of the formula", "请将不确定性放在公式的参数上")
MESSAGE(lca_draw_not_finite, "in draw {0} the formula of '{2}' in '{1}' gives {3}, not a finite number", "第 {0} 次抽样中，“{1}”的“{2}”的公式结果为 {3}，不是有限数")
MESSAGE(lca_draw_not_finite_hint, "look for a division by, or a logarithm or root of, a parameter that may be drawn near or below 0", "请检查公式是否除以某个可能被抽样到接近或低于 0 的参数，或对其取对数或开方")
// clang-format on
