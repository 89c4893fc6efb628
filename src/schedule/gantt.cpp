#include "schedule/gantt.h"
#include "base/messages/schedule.h"
#include "text/places.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace viresco::schedule {
namespace {

size_t size(int i) { return static_cast<size_t>(i); }

std::string escaped(const std::string& s) {
    std::string out;
    for (const char c : s) switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        default: out += c;
        }
    return out;
}

/// Width of a text in about ems of 12 px.
double width_of(const std::string& s) {
    double w = 0;
    for (const char c : s)
        if (!text::is_continuation(c)) w += (static_cast<unsigned char>(c) & 0xF0u) >= 0xE0u ? 12.5 : 6.9;
    return w;
}

/// Fills that stay apart for every kind of colour vision (Okabe and Ito), and the text on them.
struct Paint {
    const char *fill, *text;
};
constexpr std::array<Paint, 6> paints{{{"#0072B2", "#fff"},
                                       {"#E69F00", "#111"},
                                       {"#009E73", "#fff"},
                                       {"#CC79A7", "#111"},
                                       {"#56B4E9", "#111"},
                                       {"#D55E00", "#fff"}}};

constexpr double row_height = 19, bar_height = 15, plot_width = 1000, top = 84, profile_height = 44;

class Drawing {
public:
    Drawing(const Results& r, Language language, Ticks span) : r_(r), f_(r.facility), language_(language) {
        for (const Analysis& a : r.analyses) span_ = std::max(span_, 2 * a.batch.time);
        if (span > 0) span_ = span;
        span_ = std::min(span_, std::max<Ticks>(r.year.end, 1));
        for (const Pool& p : f_.pools)
            left_ = std::max(left_, width_of(p.title.in(language)) + (p.count > 1 ? width_of(" 000") : 0));
        for (const Resource& x : f_.resources) left_ = std::max(left_, width_of(capacity_text(x)));
        left_ += 24;
    }

    std::string run() {
        double y = top;
        for (const Pool& p : f_.pools) {
            first_row_.push_back(y);
            y += p.count * row_height + 4;
        }
        const double bottom = y;
        y += 22; // the axis
        for (size_t i = 0; i < f_.resources.size(); ++i) y += profile_height + 14;
        const double height = y + 12, width = left_ + plot_width + 24;
        out_ += fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
            "height=\"{1:.0f}\" font-family=\"'Noto Sans CJK SC','Noto Sans SC',Helvetica,Arial,"
            "sans-serif\" font-size=\"12\">\n"
            "<defs><pattern id=\"wash\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
            "patternTransform=\"rotate(45)\"><rect width=\"3\" height=\"6\" fill=\"#fff\" "
            "fill-opacity=\".65\"/></pattern></defs>\n"
            "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
            width, height);
        heading();
        grid(bottom, y);
        rows();
        for (const Assignment& a : r_.year.assignments)
            if (a.start < span_) bar(a);
        y = bottom + 22;
        for (size_t i = 0; i < f_.resources.size(); ++i, y += profile_height + 14) resource(i, y);
        return out_ + "</svg>\n";
    }

private:
    double x(Ticks t) const {
        return left_ + plot_width * static_cast<double>(std::clamp<Ticks>(t, 0, span_)) / static_cast<double>(span_);
    }
    std::string said(MessageId id, std::vector<std::string> args = {}) const {
        return escaped(Message{id, std::move(args)}.text(language_));
    }
    std::string capacity_text(const Resource& x) const {
        const std::string n = fmt::format("{:.5g}{}{}", static_cast<double>(x.capacity) * x.step,
                                          x.unit.text.empty() ? "" : " ", x.unit.text);
        return Message{message::schedule_resource_of, {x.title.in(language_), n}}.text(language_);
    }

    void heading() {
        const std::string title = f_.title.in(language_);
        out_ += fmt::format("<text x=\"12\" y=\"26\" font-size=\"17\" font-weight=\"bold\">{}{}</text>\n",
                            title.empty() ? "" : escaped(title) + " · ", said(message::schedule_gantt));
        double at = 12;
        const auto key = [&](const std::string& name, const std::string& box) {
            out_ += fmt::format("<g transform=\"translate({:.1f},38)\">{}<text x=\"28\" y=\"11\">{}</text></g>\n", at,
                                box, name);
            at += 52 + width_of(name);
        };
        const std::string plain = "<rect width=\"22\" height=\"13\" fill=\"#0072B2\"";
        key(said(message::schedule_setup), plain + " fill-opacity=\".4\"/>");
        key(said(message::schedule_process), plain + "/>");
        key(said(message::schedule_turnaround), plain + "/><rect width=\"22\" height=\"13\" fill=\"url(#wash)\"/>");
        key(said(message::schedule_hold), "<rect x=\".5\" y=\".5\" width=\"21\" height=\"12\" fill=\"none\" "
                                          "stroke=\"#0072B2\"/>");
    }

    /// Lines at round times, their numbers above the rows and below them.
    void grid(double bottom, double end) {
        const double hours = static_cast<double>(span_) / ticks_per_hour;
        const bool days = hours > 96;
        const double range = days ? hours / 24 : hours;
        double step = std::pow(10.0, std::floor(std::log10(range / 5)));
        for (const double nice : {1.0, 2.0, 5.0, 10.0})
            if (range / (step * nice) <= 12) {
                step *= nice;
                break;
            }
        out_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\" fill=\"#444\">{}</text>\n", left_ - 10,
                            top - 8, said(days ? message::schedule_time_days : message::schedule_time_hours));
        for (int k = 0; k * step <= range * (1 + 1e-9); ++k) {
            const double at = left_ + plot_width * (k * step) / range;
            out_ += fmt::format(
                "<path d=\"M{0:.1f} {1:.1f}V{2:.1f}\" stroke=\"#ddd\"/>"
                "<text x=\"{0:.1f}\" y=\"{3:.1f}\" text-anchor=\"middle\" fill=\"#444\">{4:.6g}</text>"
                "<text x=\"{0:.1f}\" y=\"{5:.1f}\" text-anchor=\"middle\" fill=\"#444\">{4:.6g}</text>\n",
                at, top - 4, end - 12, top - 8, k * step, bottom + 12);
        }
    }

    void rows() {
        for (size_t p = 0; p < f_.pools.size(); ++p) {
            const Pool& pool = f_.pools[p];
            for (int u = 0; u < pool.count; ++u) {
                const double y = first_row_[p] + u * row_height;
                out_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}{}</text>"
                                    "<path d=\"M{:.1f} {:.1f}h{:.1f}\" stroke=\"{}\"/>\n",
                                    left_ - 10, y + 13, escaped(pool.title.in(language_)),
                                    pool.count > 1 ? fmt::format(" {}", u + 1) : "", left_, y + row_height, plot_width,
                                    u + 1 == pool.count ? "#999" : "#eee");
            }
        }
    }

    void bar(const Assignment& a) {
        const BatchStart& batch = r_.year.batches[size(a.batch)];
        const int index = f_.campaigns[size(batch.campaign)].recipe;
        const UnitProcedure& procedure = f_.recipes[size(index)].procedures[size(a.procedure)];
        const Paint& paint = paints[static_cast<size_t>(a.batch) % paints.size()];
        const double y = first_row_[size(a.pool)] + a.unit * row_height + 2, from = x(a.start), to = x(a.end);
        const std::string name = said(message::schedule_batch_number, {std::to_string(batch.number + 1)});
        out_ += fmt::format(
            "<g><title>{} · {} · {} · {:.5g} – {:.5g} h</title>"
            "<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{}\" fill=\"#fff\" stroke=\"{}\" "
            "stroke-width=\".8\"/>",
            name, escaped(f_.recipes[size(index)].title.in(language_)), escaped(procedure.title.in(language_)),
            Ratio(a.start).seconds() / 3600, Ratio(a.end).seconds() / 3600, from, y, std::max(to - from, 0.5),
            bar_height, paint.fill);
        double widest = 0, label_at = 0;
        double last_to = -1;
        Role last_role = Role::setup;
        const auto flush = [&](double begin, double end, Role role) {
            if (end <= begin) return;
            out_ += fmt::format("<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{}\" fill=\"{}\"{}/>", begin,
                                y, end - begin, bar_height, paint.fill,
                                role == Role::setup ? " fill-opacity=\".4\"" : "");
            if (role == Role::turnaround)
                out_ += fmt::format(
                    "<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{}\" fill=\"url(#wash)\"/>", begin, y,
                    end - begin, bar_height);
            if (role == Role::process && end - begin > widest) widest = end - begin, label_at = (begin + end) / 2;
        };
        double begin = -1; // of a stretch of runs of one role without a pause
        for (const Run& run : r_.analyses[size(index)].batch.runs) {
            if (run.step.procedure != a.procedure || run.start == run.end) continue;
            const Role role = procedure.operations[size(run.step.operation)].role;
            const double f = x(batch.start + run.start), t = x(batch.start + run.end);
            if (begin < 0 || role != last_role || f > last_to + 0.01) {
                if (begin >= 0) flush(begin, last_to, last_role);
                begin = f;
            }
            last_to = t;
            last_role = role;
        }
        if (begin >= 0) flush(begin, last_to, last_role);
        const std::string number = std::to_string(batch.number + 1);
        if (widest > width_of(number) + 3)
            out_ += fmt::format(
                "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"11\" text-anchor=\"middle\" fill=\"{}\">{}</text>",
                label_at, y + 11.5, paint.text, number);
        out_ += "</g>\n";
    }

    /// The load over time as an area under the line of the capacity.
    void resource(size_t i, double y) {
        const Resource& resource = f_.resources[i];
        const auto steps = profile(f_, rhythms(r_.analyses), r_.year, static_cast<int>(f_.pools.size() + i));
        const double base = y + profile_height;
        const auto level = [&](std::int64_t load) {
            return base - (profile_height - 6) * static_cast<double>(load) / static_cast<double>(resource.capacity);
        };
        std::string path = fmt::format("M{:.2f} {:.2f}", left_, base);
        for (const auto& [t, load] : steps) {
            if (t >= span_) break;
            path += fmt::format("H{:.2f}V{:.2f}", x(t), level(load));
        }
        path += fmt::format("H{:.2f}V{:.2f}Z", left_ + plot_width, base);
        out_ += fmt::format("<path d=\"{}\" fill=\"#8a8a8a\"/><path d=\"M{:.1f} {:.1f}h{:.1f}\" stroke=\"#444\"/>"
                            "<path d=\"M{:.1f} {:.1f}h{:.1f}\" stroke=\"#D55E00\" stroke-width=\"1.5\" "
                            "stroke-dasharray=\"6 3\"/>"
                            "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                            path, left_, base, plot_width, left_, level(resource.capacity), plot_width, left_ - 10,
                            y + profile_height / 2 + 4, escaped(capacity_text(resource)));
    }

    const Results& r_;
    const Facility& f_;
    Language language_;
    Ticks span_ = 1;
    double left_ = 0;
    std::vector<double> first_row_;
    std::string out_;
};

} // namespace

std::string gantt(const Results& r, Language language, Ticks span) { return Drawing(r, language, span).run(); }

std::string page(const Results& r, Language language, Ticks span) {
    return fmt::format(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title>\n"
        "<style>body{{margin:16px;font:14px Helvetica,Arial,sans-serif}}div{{overflow-x:auto}}"
        "pre{{font:13px monospace}}</style></head>\n<body>\n<div>{}</div>\n<pre>{}</pre>\n</body></html>\n",
        language == Language::zh ? "zh" : "en", escaped(r.facility.title.in(language)), gantt(r, language, span),
        escaped(screen_text(r, language)));
}

} // namespace viresco::schedule
