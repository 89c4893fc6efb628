#pragma once
#include "../plant/unit_file.h"
#include <functional>
#include <sstream>

namespace viresco::cases {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// The plant around the example of a unit, with a further feed that asks for every value the unit tells: what nothing
/// asks for is not computed.
class Example {
public:
    /// `more`: names with an index, as "feed.x[benzene]".
    explicit Example(const std::string& unit, const std::vector<std::string>& more = {}) : file_(unit) {
        file_.write();
        told_ = told();
        std::string asked;
        std::vector<std::string> names = told_;
        names.insert(names.end(), more.begin(), more.end());
        for (const std::string& name : names) asked += " + if(u." + name + " >= 0, 1, 2)";
        const std::string path = file_.workspace.folder() + "plant.yaml";
        SourceStore store;
        Diagnostics d;
        std::string plant(text::read_file(store, path, d)->text);
        insert(plant, "\nfeeds:\n", "  asks: {flow: {water: \"(1" + asked + ") * 1 [kg/s]\"}, supply: none}\n");
        insert(plant, "connections: |\n", "  asks -> answers\n");
        insert(plant, "products:\n", "  answers: {as: waste}\n");
        // The first product stays the one that the case is about.
        file_.workspace.write("plant.yaml", plant);
    }
    bool operator()(const Settings& settings = {}) {
        Settings full;
        for (const auto& [name, value] : settings) full.emplace_back("r." + name, value);
        return file_.workspace.run(full);
    }
    double operator[](const std::string& name) const {
        double value = file_.workspace.value("r.u." + name);
        if (std::isnan(value))
            value = file_.workspace.value("r.feed_" + name); // what an inlet tells is what its stream tells
        EXPECT_TRUE(std::isfinite(value)) << name;
        return value;
    }
    const std::vector<std::string>& names() const { return told_; }
    const std::string& messages() const { return file_.workspace.messages; }

private:
    static void insert(std::string& text, const std::string& after, const std::string& line) {
        const size_t at = text.find(after);
        ASSERT_NE(at, std::string::npos) << after;
        text.insert(at + after.size(), line);
    }
    /// Targets of equations without index or dot, and sizes.
    std::vector<std::string> told() const {
        std::vector<std::string> out;
        if (const text::Node* equations = file_.find("equations")) {
            std::istringstream lines(equations->scalar());
            for (std::string line; std::getline(lines, line);) {
                const size_t end = line.find_first_not_of(
                    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
                const size_t sign = line.find_first_not_of(' ', end);
                if (end == 0 || end == std::string::npos || sign == std::string::npos) continue;
                if (line[sign] == '=' && line[sign + 1] == ' ')
                    out.push_back(line.substr(0, end));
                else if (line.compare(0, 6, "solve ") == 0 && line.find('[') > line.find(':'))
                    out.push_back(line.substr(6, line.find(':') - 6));
            }
        }
        if (const text::Node* sizes = file_.find("size"))
            for (const auto& e : sizes->entries()) out.push_back("size." + e.key);
        return out;
    }

    UnitFile file_;
    std::vector<std::string> told_;
};

/// Classical Runge-Kutta of fourth order.
inline double integrate(const std::function<double(double)>& f, double y, double length, int steps = 20000) {
    const double h = length / steps;
    for (int i = 0; i < steps; ++i) {
        const double a = f(y), b = f(y + h / 2 * a), c = f(y + h / 2 * b), d = f(y + h * c);
        y += h / 6 * (a + 2 * b + 2 * c + d);
    }
    return y;
}

inline double bisect(const std::function<double(double)>& f, double low, double high) {
    const bool rising = f(high) > 0;
    for (int i = 0; i < 200; ++i) {
        const double middle = (low + high) / 2;
        ((f(middle) > 0) == rising ? high : low) = middle;
    }
    return (low + high) / 2;
}

inline constexpr double gas_constant = 8.31446261815324;

} // namespace viresco::cases
