// Messages of units/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(unit_unknown, "unknown unit '{0}'", "未知单位“{0}”")
MESSAGE(unit_expected, "a unit is missing here", "此处缺少单位")
MESSAGE(unit_unexpected, "'{0}' cannot stand here in a unit", "单位中此处不能出现“{0}”")
MESSAGE(unit_missing_operator, "an operator is missing before '{0}'", "“{0}”之前缺少运算符")
MESSAGE(unit_number, "the number {0} cannot be part of a unit", "数字 {0} 不能作为单位的一部分")
MESSAGE(unit_parenthesis_open, "this '(' is never closed", "此“(”没有对应的“)”")
MESSAGE(unit_parenthesis_close, "this ')' was never opened", "此“)”没有对应的“(”")
MESSAGE(unit_too_deep, "parentheses are nested more than {0} deep", "括号嵌套超过 {0} 层")
MESSAGE(unit_bad_exponent, "'{0}' is not an exponent", "“{0}”不是有效的指数")
MESSAGE(unit_exponent_range, "the exponent is larger than {0}", "指数超过 {0}")
MESSAGE(unit_factor_range, "the unit is too large or too small to compute with", "单位过大或过小，无法计算")
MESSAGE(unit_affine, "'{0}' has a shifted zero and cannot be multiplied, divided or raised to a power",
        "“{0}”的零点有偏移，不能用于乘、除或乘方")
MESSAGE(unit_ambiguous_calorie, "'{0}' is ambiguous: there are several calories", "“{0}”有歧义：卡路里有多种定义")
MESSAGE(unit_money_year, "the money unit '{0}' needs a four-digit year", "货币单位“{0}”需要四位年份")
MESSAGE(unit_tag_alone, "'{0}' is not a unit by itself", "“{0}”不能单独作为单位")
MESSAGE(unit_tag_power, "'{0}': it is not clear what the digit belongs to", "“{0}”：数字的含义不明确")
MESSAGE(unit_hint_list, "the command 'viresco list measures' shows every known unit", "命令 'viresco list measures' 可列出全部已知单位")
MESSAGE(unit_hint_operator, "write '*' or '.' for a product and '/' for a quotient, as in kWh/(m3.d)",
        "乘积写作“*”或“.”，商写作“/”，例如 kWh/(m3.d)")
MESSAGE(unit_hint_number, "only 1 may stand in a unit (1/h); use a prefix (Gcells/L) or a power (m3, m^-1, m^(1/2))",
        "单位中只能出现 1（如 1/h）；请用词头（Gcells/L）或乘方（m3、m^-1、m^(1/2)）")
MESSAGE(unit_hint_exponent, "write m2, m-1, m^-1, m² or m^(1/2)", "可写作 m2、m-1、m^-1、m² 或 m^(1/2)")
MESSAGE(unit_hint_kelvin, "in a product or quotient write K, as in W/(m2.K)", "在乘积或商中请写 K，例如 W/(m2.K)")
MESSAGE(unit_hint_calorie, "write kcal_th (4184 J) or kcal_IT (4186.8 J)", "请写 kcal_th（4184 J）或 kcal_IT（4186.8 J）")
MESSAGE(unit_hint_money, "write for example {0}: money of different years does not add up", "例如写作 {0}：不同年份的货币不能直接相加")
MESSAGE(unit_hint_mass_tag, "write it after a mass unit, as in kg{0} or g {0}", "请写在质量单位之后，例如 kg{0} 或 g {0}")
MESSAGE(unit_hint_tags, "after a mass unit may follow one of {0}; a mass of any substance is plain kg",
        "质量单位之后只能跟 {0} 之一；任何物质的质量均写作 kg")
MESSAGE(unit_hint_tag_power, "write a power as ({0})^2 and a product with '*'", "乘方请写作 ({0})^2，乘积请用“*”")
MESSAGE(unit_hint_ph, "pH has no unit: leave the unit out", "pH 没有单位：请省略单位")
MESSAGE(quantity_no_number, "'{0}' does not begin with a number", "“{0}”不是以数字开头")
MESSAGE(quantity_not_finite, "'{0}' is not a finite number", "“{0}”不是有限数")
MESSAGE(quantity_range, "'{0}' is beyond the range of numbers", "“{0}”超出数值范围")
MESSAGE(quantity_hexadecimal, "'{0}': numbers are written in decimal", "“{0}”：数字须用十进制书写")
MESSAGE(quantity_separator, "'{0}' is neither a decimal point nor allowed between digits", "“{0}”既不是小数点，也不能用于分隔数字")
MESSAGE(quantity_two_numbers, "a second number '{0}' follows the first", "第一个数字之后又出现数字“{0}”")
MESSAGE(quantity_hint_form, "write one number and a unit, as in 4 kWh/m3, 97 % or 1.5e-3", "请写一个数字和单位，例如 4 kWh/m3、97 % 或 1.5e-3")
MESSAGE(quantity_hint_separator, "write thousands without separator (1000) and decimals with a point (0.5)",
        "千位不加分隔符（1000），小数用点号（0.5）")
// clang-format on
