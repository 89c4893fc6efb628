#include "report/assets.h"

extern "C" {
extern const char viresco_report_script[];
extern const char viresco_report_script_end[];
extern const char viresco_report_style[];
extern const char viresco_report_style_end[];
}

namespace viresco::report {
namespace {

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<size_t>(end - begin)}; }

} // namespace

std::string_view page_script() { return between(viresco_report_script, viresco_report_script_end); }
std::string_view page_style() { return between(viresco_report_style, viresco_report_style_end); }

} // namespace viresco::report
