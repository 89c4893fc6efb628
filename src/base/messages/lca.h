// Messages of lca/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(no_such_electricity, "there is no electricity factor '{0}' (region, type, year) in the background", "背景数据中没有电力因子“{0}”（地区、类型、年份）")
MESSAGE(unknown_category, "the category is material, water, energy or treatment, not '{0}'", "类别应为 material、water、energy 或 treatment，而不是“{0}”")
MESSAGE(item_without_unit, "background item '{0}' has no unit", "背景条目“{0}”没有单位")
MESSAGE(negative_price, "the price of '{0}' is negative: {1}", "“{0}”的价格为负：{1}")
MESSAGE(unknown_item, "'{0}' is not in the background", "背景数据中没有“{0}”")
MESSAGE(not_an_exchange, "'{0}' is not an exchange of the plant", "“{0}”不是本工厂的交换流")
MESSAGE(exchange_dimension, "'{0}' is known in {1}, but item '{2}' is counted in {3}", "“{0}”以 {1} 计，而条目“{2}”以 {3} 计")
MESSAGE(exchange_content_hint, "say how much heat a kg carries: utilities: {0}: { supply: {0}, content: 2.2 MJ/kg }", "请说明每千克的热量：utilities: {0}: { supply: {0}, content: 2.2 MJ/kg }")
MESSAGE(no_price, "item '{0}' has no price", "条目“{0}”没有价格")
MESSAGE(no_impact_factor, "item '{0}' has no factor '{1}'", "条目“{0}”没有因子“{1}”")
MESSAGE(price_dimension, "the price of '{0}' is in {1}, but the item is counted in {2}", "“{0}”的价格以 {1} 计，而该条目以 {2} 计")
MESSAGE(electricity_not_chosen, "the case does not say which factor of '{0}' to use (electricity: {region: .., type: .., year: ..})", "案例未指定使用“{0}”的哪个因子（electricity: {region: .., type: .., year: ..}）")
// clang-format on
