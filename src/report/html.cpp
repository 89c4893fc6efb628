#include "base/diagnostic.h"
#include "base/messages/report.h"
#include "report/assets.h"
#include "report/attached.h"
#include "report/report.h"
#include "report/results.h"

namespace viresco::report {
namespace {

std::string escape_html(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

/// In JSON '<' stands inside strings only, where \u003c means the same: nothing can close the script
/// element or open a comment in it, whatever the case's texts hold.
std::string escape_json(const std::string& text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c == '<')
            out += "\\u003c";
        else
            out += c;
    }
    return out;
}

std::string page_title(const Json& results, const std::string& at, Language language) {
    const auto title = Json::json_pointer(at + (language == Language::zh ? "/zh" : "/en"));
    if (results.contains(title) && results[title].is_string()) return results[title].get<std::string>() + " – Viresco";
    return "Viresco";
}

/// One self-contained page that shows a document.
std::string page_of(const std::string& json, const std::string& title, Language initial, const Json& attached = {}) {
    const auto text = [](MessageId id, Language language) { return escape_html(Message{id, {}}.text(language)); };
    std::string page = "<!DOCTYPE html>\n<html lang=\"";
    page += initial == Language::zh ? "zh-CN" : "en";
    // The policy forbids every network access: the page is what it embeds.
    page += R"("><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Viresco">
<title>)";
    page += escape_html(title) + "</title>\n<style>";
    page += page_style();
    page += "</style></head>\n<body><div id=\"report\"><noscript><p lang=\"en\">" +
            text(message::report_needs_script, Language::en) + "</p><p lang=\"zh-CN\">" +
            text(message::report_needs_script, Language::zh) + "</p></noscript></div>\n";
    page += "<script type=\"application/json\" id=\"results\">" + escape_json(json) + "</script>\n";
    if (!attached.is_null())
        page += "<script type=\"application/json\" id=\"attached\">" +
                escape_json(attached.dump(-1, ' ', false, Json::error_handler_t::replace)) + "</script>\n";
    page += "<script>";
    page += page_script();
    page += "</script></body></html>\n";
    return page;
}

} // namespace

std::string render_report(const std::string& results_json, Language initial, const Attached& attached) {
    const Json results = parse_results(results_json);
    return page_of(results_json, page_title(results, "/case/title", initial), initial,
                   attached_document(attached, results));
}

std::string render_simulation(const std::string& simulation_json, Language initial) {
    const Json run = Json::parse(simulation_json, nullptr, false);
    if (!run.is_object() || !run.contains("outputs")) {
        Diagnostics d;
        d.error({}, message::simulation_not_readable);
        throw ConfigError(d);
    }
    return page_of(simulation_json, page_title(run, "/title", initial), initial);
}

} // namespace viresco::report
