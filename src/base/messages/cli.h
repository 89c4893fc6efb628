// Messages of cli/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(set_form, "--set takes PATH=VALUE, not '{0}'", "--set 的形式为 路径=值，而不是“{0}”")
MESSAGE(check_passed, "{0} file(s) checked, no errors", "已检查 {0} 个文件，没有错误")
MESSAGE(unknown_list, "'{0}' cannot be listed: components, units, background, prices, indicators, templates, measures", "无法列出“{0}”：可列出 components、units、background、prices、indicators、templates、measures")
MESSAGE(unknown_template, "there is no template '{0}'", "没有模板“{0}”")
MESSAGE(folder_not_empty, "the folder '{0}' is not empty", "文件夹“{0}”非空")
MESSAGE(cannot_create, "cannot create '{0}': {1}", "无法创建“{0}”：{1}")
MESSAGE(project_created, "created {0}: edit case.yaml there, then run 'viresco evaluate {0}'", "已创建 {0}：请编辑其中的 case.yaml，然后运行“viresco evaluate {0}”")
MESSAGE(option_span, "{0} wants a positive span of time ('400 h'), not '{1}'", "{0} 需要正的时间长度（“400 h”），而不是“{1}”")
MESSAGE(no_duration, "the model has no `duration:`; say how long with --until '100 h'", "模型没有 `duration:`；请用 --until '100 h' 指定时长")
MESSAGE(simulation_unvalidated, "not validated: {0}", "未经验证：{0}")
MESSAGE(study_nominal, "nominal", "标称")
MESSAGE(study_mean, "mean", "均值")
MESSAGE(study_sd, "sd", "标准差")
MESSAGE(study_better, "{0} better", "{0} 更优")
MESSAGE(study_no_difference, "no significant difference", "无显著差异")
MESSAGE(study_no_verdict, "too few samples for a verdict", "样本太少，不作判断")
MESSAGE(study_one_analysis, "--sobol, --morris and --dgsm are one analysis each: choose one", "--sobol、--morris、--dgsm 为不同的分析：请选择其一")
MESSAGE(study_resume_where, "--resume needs the folder of the study: --out DIR", "--resume 需要研究所在的文件夹：--out 文件夹")
MESSAGE(study_csv_where, "--csv needs a folder: --out DIR", "--csv 需要文件夹：--out 文件夹")
MESSAGE(open_in_time, "{0} is not conserved: {1} of what came, went and was there is missing; a smaller --rtol tells whether the method or the model loses it", "{0} 不守恒：缺少（相对于流入、流出及初始存量）{1}；减小 --rtol 可判断是算法还是模型的问题")
MESSAGE(closure_heading, "conserved, relative to what came, went and was there at the start:", "守恒误差（相对于流入、流出与初始存量）：")
MESSAGE(not_audited, "not audited, since they do not say what they hold: {0}", "未审计（未说明其存量的单元）：{0}")
// clang-format on
