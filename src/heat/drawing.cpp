#include "base/messages/heat.h"
#include "heat/results.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace viresco::heat {
namespace {

constexpr double zero_celsius = 273.15, plot = 400, left = 76, gap = 96, top = 64;
constexpr const char *hot_colour = "#D55E00", *cold_colour = "#0072B2", *grand_colour = "#333";

std::string escaped(const std::string& s) {
    std::string out;
    for (const char c : s) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    return out;
}

/// Round steps that divide a range into at most eight.
double step_of(double range) {
    double step = std::pow(10.0, std::floor(std::log10(std::max(range, 1e-9) / 8)));
    for (const double nice : {1.0, 2.0, 5.0, 10.0})
        if (range / (step * nice) <= 8) return step * nice;
    return step * 10;
}

/// One set of axes with its curves; heat to the right, temperature upwards.
class Panel {
public:
    Panel(double x, std::vector<const std::vector<Corner>*> curves, double watts_per_unit)
        : x_(x), unit_(watts_per_unit) {
        double low = 1e9, high = 0;
        for (const auto* curve : curves)
            for (const Corner& c : *curve) {
                most_ = std::max(most_, c.heat / unit_);
                low = std::min(low, c.temperature - zero_celsius);
                high = std::max(high, c.temperature - zero_celsius);
            }
        heat_step_ = step_of(most_);
        most_ = std::max(1.0, std::ceil(most_ / heat_step_ - 1e-9)) * heat_step_;
        step_ = step_of(std::max(high - low, 1.0));
        low_ = std::floor(low / step_ + 1e-9) * step_;
        high_ = std::max(low_ + step_, std::ceil(high / step_ - 1e-9) * step_);
    }

    std::string axes(const std::string& title, const std::string& heat, const std::string& temperature) const {
        std::string out = fmt::format(
            "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"15\" font-weight=\"bold\">{}</text>\n", x_, top - 30, title);
        for (int k = 0; k * heat_step_ <= most_ * (1 + 1e-9); ++k)
            out += fmt::format(
                "<path d=\"M{0:.1f} {1:.1f}v{2:.1f}\" stroke=\"#ddd\"/><text x=\"{0:.1f}\" y=\"{3:.1f}\" "
                "text-anchor=\"middle\">{4:.6g}</text>\n",
                x_at(k * heat_step_), top, plot, top + plot + 16, k * heat_step_);
        for (int k = 0; low_ + k * step_ <= high_ * (1 + 1e-9); ++k)
            out += fmt::format(
                "<path d=\"M{0:.1f} {1:.1f}h{2:.1f}\" stroke=\"#ddd\"/><text x=\"{3:.1f}\" y=\"{4:.1f}\" "
                "text-anchor=\"end\">{5:.6g}</text>\n",
                x_, y_at(low_ + k * step_), plot, x_ - 6, y_at(low_ + k * step_) + 4, low_ + k * step_ + 0.0);
        return out +
               fmt::format(
                   "<rect x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"{2}\" height=\"{2}\" fill=\"none\" stroke=\"#888\"/>"
                   "<text x=\"{3:.1f}\" y=\"{4:.1f}\" text-anchor=\"middle\">{5}</text>"
                   "<text transform=\"translate({6:.1f},{7:.1f}) rotate(-90)\" text-anchor=\"middle\">{8}</text>\n",
                   x_, top, plot, x_ + plot / 2, top + plot + 36, heat, x_ - 50, top + plot / 2, temperature);
    }

    std::string line(const std::vector<Corner>& corners, const char* colour, const char* dash = "") const {
        std::string points;
        for (const Corner& c : corners)
            points += fmt::format("{:.2f},{:.2f} ", x_at(c.heat / unit_), y_at(c.temperature - zero_celsius));
        return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2.2\"{}/>\n", points,
                           colour, dash);
    }

    std::string level(double temperature) const {
        return fmt::format("<path d=\"M{:.1f} {:.1f}h{:.1f}\" stroke=\"#009E73\" stroke-dasharray=\"4 4\"/>\n", x_,
                           y_at(temperature - zero_celsius), plot);
    }

private:
    double x_at(double heat) const { return x_ + plot * heat / most_; }
    double y_at(double celsius) const { return top + plot * (high_ - celsius) / (high_ - low_); }

    double x_, unit_, most_ = 0, low_ = 0, high_ = 1, heat_step_ = 1, step_ = 1;
};

} // namespace

std::string drawing(const Problem& p, const Targets& t, Language language) {
    const auto said = [&](MessageId id, std::vector<std::string> args = {}) {
        return escaped(Message{id, std::move(args)}.text(language));
    };
    double most = 1;
    for (const auto* curve : {&t.hot_composite, &t.cold_composite})
        for (const Corner& c : *curve) most = std::max(most, c.heat);
    const bool large = most >= 1e7;
    const double unit = large ? 1e6 : 1e3;
    const std::string heat = said(message::heat_axis_heat, {large ? "MW" : "kW"});
    const Panel composites(left, {&t.hot_composite, &t.cold_composite}, unit);
    const Panel grand(left + plot + gap, {&t.grand_composite}, unit);
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" "
        "font-family=\"'Noto Sans CJK SC','Noto Sans SC',Helvetica,Arial,sans-serif\" font-size=\"12\" fill=\"#222\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        left + 2 * plot + gap + 24, top + plot + 52);
    const std::string title = escaped(p.title.in(language));
    out += composites.axes(said(message::heat_composites) + (title.empty() ? "" : " · " + title), heat,
                           said(message::heat_axis_temperature));
    out += grand.axes(said(message::heat_grand), heat, said(message::heat_axis_shifted));
    double at = left;
    for (const bool hot : {true, false}) { // the colours and dashes of the curves
        const MessageId name = hot ? message::heat_hot_streams : message::heat_cold_streams;
        out += fmt::format(
            "<path d=\"M{:.1f} {:.1f}h26\" stroke=\"{}\" stroke-width=\"2.2\"{}/><text x=\"{:.1f}\" y=\"{:.1f}\">{}"
            "</text>\n",
            at, top - 14, hot ? hot_colour : cold_colour, hot ? "" : " stroke-dasharray=\"8 3\"", at + 32, top - 10,
            said(name));
        at += 140;
    }
    out += composites.line(t.hot_composite, hot_colour) +
           composites.line(t.cold_composite, cold_colour, " stroke-dasharray=\"8 3\"");
    for (const double pinch : t.pinches) out += grand.level(pinch);
    return out + grand.line(t.grand_composite, grand_colour) + "</svg>\n";
}

} // namespace viresco::heat
