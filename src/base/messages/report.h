// Messages of report/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(report_not_json, "the results are not valid JSON (at byte {0})", "结果不是有效的 JSON（第 {0} 字节）")
MESSAGE(report_no_routes, "the results hold no 'routes'", "结果中没有 'routes'")
MESSAGE(report_hint_evaluate, "a report needs the results.json that 'viresco evaluate' writes", "报告需要 'viresco evaluate' 写出的 results.json")
MESSAGE(report_needs_script, "This report is drawn by the script embedded in it. Allow scripts for this file to read it.", "本报告由内嵌脚本绘制，请允许此文件运行脚本后阅读。")
MESSAGE(simulation_not_readable, "this is not the document of a run in time", "这不是动态模拟的结果文档")
// clang-format on
