// Messages of report/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(report_not_json, "the results are not valid JSON (at byte {0})", "结果不是有效的 JSON（第 {0} 字节）")
MESSAGE(report_no_routes, "the results hold no 'routes'", "结果中没有 'routes'")
MESSAGE(report_hint_evaluate, "a report needs the results.json that 'viresco evaluate' writes", "报告需要 'viresco evaluate' 写出的 results.json")
MESSAGE(report_needs_script, "This report is drawn by the script embedded in it. Allow scripts for this file to read it.", "本报告由内嵌脚本绘制，请允许此文件运行脚本后阅读。")
MESSAGE(report_no_study, "'{0}' is not the document of a study", "“{0}”不是研究（study）结果文档")
MESSAGE(report_hint_study, "--study needs the study.json that 'viresco study CASE --out DIR' wrote for this case", "--study 需要 'viresco study 案例 --out 文件夹' 为本案例写出的 study.json")
MESSAGE(report_other_study, "the study '{0}' knows none of the routes of this case", "研究“{0}”不含本案例的任何路线")
MESSAGE(report_no_schedule, "'{0}' is not the document of a schedule", "“{0}”不是排程结果文档")
MESSAGE(report_hint_schedule, "--schedule needs what 'viresco schedule RECIPE --json' prints", "--schedule 需要 'viresco schedule 配方 --json' 的输出")
MESSAGE(report_no_browser, "no Chromium or Chrome was found to print the report (looked for chromium, chromium-browser, google-chrome on PATH)", "未找到可打印报告的 Chromium 或 Chrome（已在 PATH 中查找 chromium、chromium-browser、google-chrome）")
MESSAGE(report_browser_failed, "the report could not be printed by '{0}': {1}", "“{0}”未能打印报告：{1}")
MESSAGE(report_hint_print, "report.html is complete: open it in any browser and print it from there", "report.html 已完整写出：可在任何浏览器中打开并打印")
MESSAGE(simulation_not_readable, "this is not the document of a run in time", "这不是动态模拟的结果文档")
// clang-format on
