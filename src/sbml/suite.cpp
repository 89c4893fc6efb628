#include "sbml/suite.h"
#include "base/messages/sbml.h"
#include "sbml/read.h"
#include "text/csv.h"
#include "text/node.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <map>

namespace viresco::sbml {
namespace {

namespace fs = std::filesystem;

std::string trimmed(std::string_view s) {
    const size_t begin = s.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return std::string(s.substr(begin, s.find_last_not_of(" \t\r\n") - begin + 1));
}

std::vector<std::string> split(std::string_view s, char at) {
    std::vector<std::string> out;
    for (size_t begin = 0; begin <= s.size();) {
        const size_t end = std::min(s.find(at, begin), s.size());
        if (std::string part = trimmed(s.substr(begin, end - begin)); !part.empty()) out.push_back(std::move(part));
        begin = end + 1;
    }
    return out;
}

[[noreturn]] void wrong_file(const std::string& path, const std::string& why) {
    Diagnostics d;
    d.error({}, message::sbml_case_file, {path, why});
    throw ConfigError(d);
}

double to_number(const std::string& text, const std::string& path) {
    char* end = nullptr;
    const double v = std::strtod(text.c_str(), &end);
    if (text.empty() || *end) wrong_file(path, text);
    return v;
}

std::string content(const std::string& path) {
    SourceStore store;
    Diagnostics d;
    const SourceFile* f = text::read_file(store, path, d);
    d.throw_if_errors();
    return f->text;
}

/// Columns by name; rows of numbers.
struct Table {
    std::vector<std::string> columns;
    std::vector<std::vector<double>> rows;
};

Table read_table(const std::string& path) {
    Table t;
    for (const std::string& line : split(content(path), '\n')) {
        const auto cells = split(line, ',');
        if (t.columns.empty()) {
            t.columns = cells;
            continue;
        }
        std::vector<double> row;
        row.reserve(cells.size());
        for (const std::string& c : cells) row.push_back(to_number(c, path));
        if (row.size() != t.columns.size()) wrong_file(path, line);
        t.rows.push_back(std::move(row));
    }
    return t;
}

bool agree(double value, double expected, const Settings& s) {
    if (std::isnan(expected)) return std::isnan(value);
    if (std::isinf(expected)) return value == expected;
    return std::abs(value - expected) <= s.absolute + s.relative * std::abs(expected);
}

Verdict compare(const Result& got, const Table& expected, const Settings& s) {
    if (got.rows.size() != expected.rows.size())
        return {Verdict::Kind::failed, fmt::format("{} rows, {} expected", got.rows.size(), expected.rows.size())};
    double worst = -1;
    std::string detail;
    for (size_t column = 1; column < got.columns.size(); ++column) {
        const auto& names = expected.columns;
        // The first column is the time, also where a variable has that name.
        const auto it = std::find(names.begin() + 1, names.end(), got.columns[column]);
        if (it == names.end()) return {Verdict::Kind::failed, "no column " + got.columns[column]};
        const auto from = static_cast<size_t>(it - names.begin());
        for (size_t row = 0; row < got.rows.size(); ++row) {
            const double value = got.rows[row][column], wanted = expected.rows[row][from];
            if (agree(value, wanted, s)) continue;
            const double excess = std::abs(value - wanted) / (s.absolute + s.relative * std::abs(wanted));
            if (std::isnan(worst) || excess <= worst) continue;
            worst = excess;
            detail = fmt::format("{} at {}: {}, expected {}", names[from], number(got.rows[row][0]), number(value),
                                 number(wanted));
        }
    }
    return detail.empty() ? Verdict{Verdict::Kind::passed, {}} : Verdict{Verdict::Kind::failed, detail};
}

/// index.csv of the folder: case, type, features, component tags, test tags.
std::map<std::string, std::vector<std::string>> read_tags(const std::string& path) {
    std::map<std::string, std::vector<std::string>> out;
    SourceStore store;
    Diagnostics d;
    const SourceFile* f = text::read_file(store, path, d);
    if (!f) return out;
    const text::CsvTable table = text::parse_csv(*f, d);
    for (const auto& row : table.rows)
        for (size_t i = 3; i < row.size(); ++i)
            for (std::string& tag : split(row[i].text, ' ')) out[row[0].text].push_back(std::move(tag));
    return out;
}

} // namespace

const char* name(Verdict::Kind kind) {
    switch (kind) {
    case Verdict::Kind::passed: return "passed";
    case Verdict::Kind::refused: return "refused";
    case Verdict::Kind::failed: return "failed";
    case Verdict::Kind::broken: return "broken";
    case Verdict::Kind::crashed: return "crashed";
    case Verdict::Kind::timed_out: return "timed out";
    }
    return "";
}

Settings read_settings(const std::string& path) {
    std::map<std::string, std::string> entries;
    for (const std::string& line : split(content(path), '\n'))
        if (const size_t colon = line.find(':'); colon != std::string::npos)
            entries[trimmed(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
    const auto numeric = [&](const char* key) { return to_number(entries[key], path); };
    Settings s;
    if (numeric("start") != 0) wrong_file(path, "start: " + entries["start"]);
    s.request.duration = numeric("duration");
    s.request.steps = static_cast<int>(numeric("steps"));
    s.request.variables = split(entries["variables"], ',');
    s.request.amounts = split(entries["amount"], ',');
    s.request.concentrations = split(entries["concentration"], ',');
    s.absolute = numeric("absolute");
    s.relative = numeric("relative");
    return s;
}

Verdict judge(const Case& c) {
    try {
        SourceStore sources;
        const Document document = read(c.model, sources); // first: what is refused may have no settings
        Settings settings = read_settings(c.settings);
        const Compiled model = compile(document);
        // Some cases ask for the "amount" of a compartment.
        for (auto* list : {&settings.request.amounts, &settings.request.concentrations})
            std::erase_if(*list, [&](const std::string& id) {
                const Variable* v = model.find(id);
                return v && v->amount < 0;
            });
        return compare(simulate(model, settings.request), read_table(c.results), settings);
    } catch (const Refused& e) {
        std::string features;
        for (const std::string& f : e.features()) features += (features.empty() ? "" : "; ") + f;
        return {Verdict::Kind::refused, features};
    } catch (const ConfigError& e) {
        return {Verdict::Kind::broken, e.diagnostics().all().front().message.text(Language::en)};
    } catch (const SolveError& e) {
        return {Verdict::Kind::broken, e.diagnostics().all().front().message.text(Language::en)};
    }
}

std::vector<Case> find_cases(const std::string& given) {
    std::error_code none;
    const fs::path folder = fs::is_directory(fs::path(given) / "semantic", none) ? fs::path(given) / "semantic"
                                                                                 : fs::path(given);
    const fs::path beside = folder / "index.csv", above = folder.parent_path() / "index.csv";
    const auto tags = read_tags((fs::exists(beside, none) ? beside : above).string());
    std::vector<Case> out;
    for (const auto& entry : fs::directory_iterator(folder, none)) {
        Case c;
        c.name = entry.path().filename().string();
        c.settings = (entry.path() / (c.name + "-settings.txt")).string();
        c.results = (entry.path() / (c.name + "-results.csv")).string();
        if (!fs::exists(c.settings, none)) continue;
        for (const auto& file : fs::directory_iterator(entry.path(), none)) // the highest level and version
            if (file.path().filename().string().starts_with(c.name + "-sbml-l") && file.path().string() > c.model)
                c.model = file.path().string();
        if (const auto it = tags.find(c.name); it != tags.end()) c.tags = it->second;
        out.push_back(std::move(c));
    }
    std::sort(out.begin(), out.end(), [](const Case& a, const Case& b) { return a.name < b.name; });
    if (out.empty()) {
        Diagnostics d;
        d.error({}, message::sbml_no_cases, {given});
        throw ConfigError(d);
    }
    return out;
}

} // namespace viresco::sbml
