#include "lca/simapro.h"
#include "base/messages/lca_fmt.h"
#include "lca/archive.h"
#include "lca/draft.h"
#include "lca/name_id.h"
#include "text/encoding.h"
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

namespace viresco::lca {
namespace {

constexpr const char* compartment_sections[][2] = {
    {"Resources", "resource"},     {"Emissions to air", "air"},    {"Emissions to water", "water"},
    {"Emissions to soil", "soil"}, {"Final waste flows", "waste"}, {"Non material emissions", "non material"},
    {"Social issues", "social"},   {"Economic issues", "economic"}};
constexpr const char* method_compartments[][2] = {
    {"Raw", "resource"},          {"Air", "air"},       {"Water", "water"},      {"Soil", "soil"}, {"Waste", "waste"},
    {"Non mat.", "non material"}, {"Social", "social"}, {"Economic", "economic"}};
constexpr std::string_view other_sections[] = {"Products",           "Waste treatment",      "Waste scenario",
                                               "Avoided products",   "Materials/fuels",      "Electricity/heat",
                                               "Waste to treatment", "Separated waste",      "Remaining waste",
                                               "Input parameters",   "Calculated parameters"};
constexpr std::string_view blocks[] = {"Process",
                                       "Method",
                                       "Quantities",
                                       "Units",
                                       "Literature reference",
                                       "System description",
                                       "Product stage",
                                       "Raw materials",
                                       "Airborne emissions",
                                       "Waterborne emissions",
                                       "Final waste flows",
                                       "Emissions to soil",
                                       "Non material emissions",
                                       "Social issues",
                                       "Economic issues",
                                       "Database Input parameters",
                                       "Database Calculated parameters",
                                       "Project Input parameters",
                                       "Project Calculated parameters"};

bool is_utf8(std::string_view s) {
    char32_t point;
    while (!s.empty()) {
        const size_t n = viresco::text::decode_utf8(s, point);
        if (n == 0) return false;
        s.remove_prefix(n);
    }
    return true;
}

/// Windows-1252 to UTF-8; what that page leaves open becomes '?'.
std::string from_windows_1252(std::string_view bytes) {
    static constexpr char16_t high[32] = {0x20AC, '?',    0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                          0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, '?',    0x017D, '?',
                                          '?',    0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                          0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, '?',    0x017E, 0x0178};
    std::string out;
    for (const char c : bytes) {
        const auto b = static_cast<unsigned char>(c);
        const unsigned p = b >= 0x80 && b < 0xA0 ? high[b - 0x80] : b;
        if (p < 0x80) {
            out += static_cast<char>(p);
        } else if (p < 0x800) {
            out += static_cast<char>(0xC0 | (p >> 6));
            out += static_cast<char>(0x80 | (p & 63));
        } else {
            out += static_cast<char>(0xE0 | (p >> 12));
            out += static_cast<char>(0x80 | ((p >> 6) & 63));
            out += static_cast<char>(0x80 | (p & 63));
        }
    }
    return out;
}

std::string trimmed(std::string_view s) {
    while (!s.empty() && static_cast<unsigned char>(s.front()) <= ' ') s.remove_prefix(1);
    while (!s.empty() && static_cast<unsigned char>(s.back()) <= ' ') s.remove_suffix(1);
    return std::string(s);
}

struct Row {
    int line = 0;
    std::vector<std::string> cells;
    const std::string& operator[](size_t i) const {
        static const std::string none;
        return i < cells.size() ? cells[i] : none;
    }
    bool blank() const {
        return std::all_of(cells.begin(), cells.end(), [](const std::string& c) { return c.empty(); });
    }
    /// A word alone on its line.
    bool is(std::string_view word) const {
        return !cells.empty() && cells[0] == word &&
               std::all_of(cells.begin() + 1, cells.end(), [](const std::string& c) { return c.empty(); });
    }
};

Row split(std::string_view line, char separator, int number) {
    Row row;
    row.line = number;
    while (true) {
        std::string cell;
        const size_t quote = !line.empty() && line.front() == '"' ? line.find(std::string{'"', separator}, 1)
                                                                  : std::string_view::npos;
        const bool last_quoted = !line.empty() && line.front() == '"' && line.size() > 1 && line.back() == '"';
        size_t end = line.find(separator);
        if (quote != std::string_view::npos) {
            cell = line.substr(1, quote - 1);
            end = quote + 1;
        } else if (last_quoted) {
            cell = line.substr(1, line.size() - 2);
            end = std::string_view::npos;
        } else {
            cell = line.substr(0, end);
        }
        if (cell.find("\"\"") != std::string::npos) {
            std::string single;
            for (size_t i = 0; i < cell.size(); ++i) {
                single += cell[i];
                if (cell[i] == '"' && i + 1 < cell.size() && cell[i + 1] == '"') ++i;
            }
            cell = std::move(single);
        }
        std::replace(cell.begin(), cell.end(), '\x7f', '\n');
        row.cells.push_back(trimmed(cell));
        if (end == std::string_view::npos) return row;
        line.remove_prefix(end + 1);
    }
}

/// Pedigree of a comment that begins with "(2,3,1,1,4,na)".
std::array<uint8_t, 5> pedigree(std::string_view comment) {
    std::array<uint8_t, 5> out{};
    if (comment.empty() || comment.front() != '(') return out;
    comment.remove_prefix(1);
    for (uint8_t& x : out) {
        if (comment.empty()) return {};
        if (comment.front() >= '1' && comment.front() <= '5')
            x = static_cast<uint8_t>(comment.front() - '0');
        else if (!comment.starts_with("na"))
            return {};
        comment.remove_prefix(std::min(comment.size(), comment.find_first_of(",)") + 1));
    }
    return out;
}

class Reader {
public:
    Reader(Archive& archive, Draft& draft) : archive_(archive), draft_(draft) {}

    void read(const std::string& name) {
        std::string bytes;
        if (!archive_.read(name, bytes, draft_.diagnostics())) return;
        if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF") || bytes.find('\0') != std::string::npos) {
            draft_.diagnostics()
                .error(archive_.at(name), message::simapro_encoding, {name})
                .hint(message::simapro_encoding_hint);
            return;
        }
        if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
        if (!is_utf8(bytes)) {
            bytes = from_windows_1252(bytes);
            draft_.report().count("files_in_windows_1252");
        }
        source_ = &archive_.source(name, std::move(bytes));
        split_rows();
        if (rows_.empty() || source_->text.substr(0, source_->text.find('\n')).find("SimaPro") == std::string::npos) {
            draft_.diagnostics().error({source_, 1, 1, 1}, message::simapro_head, {name});
            return;
        }
        each_block([&](std::string_view block, size_t begin, size_t end) {
            if (block == "Units")
                for (size_t i = begin; i < end; ++i)
                    if (double factor = 0; !rows_[i].blank() && number(rows_[i][2], factor))
                        draft_.define_unit(rows_[i][0], rows_[i][1], factor, rows_[i][3]);
        });
        each_block([&](std::string_view block, size_t begin, size_t end) {
            if (block == "Process") process(begin, end);
            if (block == "Method") method(begin, end);
            if (block.ends_with("Input parameters") || block.ends_with("Calculated parameters"))
                for (size_t i = begin; i < end; ++i)
                    if (!rows_[i].blank())
                        parameter(rows_[i], block.ends_with("Input parameters"), draft_.db().parameters);
        });
        if (draft_.diagnostics().has_errors()) return;
        draft_.evaluate_formulas([&](int process, int index) {
            Process& p = draft_.db().processes[static_cast<size_t>(process)];
            Exchange& e = p.exchanges[static_cast<size_t>(index)];
            const auto later = uncertain_.find({p.id, index});
            if (later == uncertain_.end()) return;
            draft_.set_distribution(e, distribution(*later->second.first, later->second.second, e.amount), p.id,
                                    p.name);
        });
        uncertain_.clear();
    }

    int found() const { return found_; }

private:
    void split_rows() {
        rows_.clear();
        decimal_ = '.';
        char separator = 0;
        const std::string_view text = source_->text;
        const std::string_view head = text.substr(0, 4096);
        if (head.find("{CSV separator: Semicolon}") != std::string_view::npos) separator = ';';
        if (head.find("{CSV separator: Tab}") != std::string_view::npos) separator = '\t';
        if (head.find("{CSV separator: Comma}") != std::string_view::npos) separator = ',';
        if (head.find("{Decimal separator: ,}") != std::string_view::npos) decimal_ = ',';
        if (!separator)
            separator = std::count(head.begin(), head.end(), '\t') >= std::count(head.begin(), head.end(), ';') ? '\t'
                                                                                                                : ';';
        int number = 0;
        for (size_t begin = 0; begin < text.size();) {
            const size_t end = std::min(text.find('\n', begin), text.size());
            std::string_view line = text.substr(begin, end - begin);
            if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
            rows_.push_back(split(line, separator, ++number));
            begin = end + 1;
        }
    }

    /// f(name of the block, first row, row after the last). A block ends with "End", or where the next process begins.
    template <class F>
    void each_block(F f) {
        for (size_t i = 0; i < rows_.size(); ++i) {
            const auto block = std::find_if(std::begin(blocks), std::end(blocks),
                                            [&](std::string_view b) { return rows_[i].is(b); });
            if (block == std::end(blocks)) continue;
            size_t end = i + 1;
            while (end < rows_.size() && !rows_[end].is("End") && !rows_[end].is("Process")) ++end;
            f(*block, i + 1, end);
            i = end < rows_.size() && rows_[end].is("End") ? end : end - 1;
        }
    }

    Where where(const Row& row) const {
        return [this, line = row.line] { return SourcePos{source_, line, 1, 1}; };
    }

    bool number(const std::string& cell, double& out) const {
        std::string s = cell;
        if (decimal_ == ',') std::replace(s.begin(), s.end(), ',', '.');
        const char* begin = s.data() + (s.starts_with('+') ? 1 : 0);
        const char* last = s.data() + s.size();
        if (last != begin && last[-1] == '%') --last; // of allocations
        const auto [end, error] = std::from_chars(begin, last, out);
        return error == std::errc() && end == last && std::isfinite(out);
    }

    /// A number, or a formula of it. False, with an error, where the cell is neither.
    bool amount(const Row& row, const std::string& cell, const std::string& entity, double& value,
                std::string& formula) {
        if (number(cell, value)) return true;
        const bool digits = cell.find_first_not_of("0123456789.,eE+- ") == std::string::npos;
        if (cell.empty() || digits) {
            draft_.diagnostics().error(where(row)(), message::simapro_number, {entity, cell, std::string(1, decimal_)});
            return false;
        }
        value = 0;
        formula = cell;
        if (decimal_ == ',') std::replace(formula.begin(), formula.end(), ',', '.');
        draft_.note_formula(formula, where(row)());
        draft_.report().count("formulas");
        return true;
    }

    Distribution distribution(const Row& row, size_t at, double mean) const {
        using Kind = Distribution::Kind;
        const std::string& kind = row[at];
        double a = std::nan(""), b = a, c = a;
        number(row[at + 1], a);
        number(row[at + 2], b);
        number(row[at + 3], c);
        if (kind == "Lognormal") return {Kind::lognormal, std::log(std::abs(mean)), std::log(a) / 2, 0};
        if (kind == "Normal") return {Kind::normal, mean, a / 2, 0};
        if (kind == "Triangle") return {Kind::triangular, b, mean, c};
        if (kind == "Uniform") return {Kind::uniform, b, c, 0};
        return {};
    }

    void parameter(const Row& row, bool input, std::vector<Parameter>& into) {
        Parameter p;
        p.name = row[0];
        if (input) {
            if (!number(row[1], p.value)) {
                draft_.diagnostics().error(where(row)(), message::simapro_number,
                                           {p.name, row[1], std::string(1, decimal_)});
                return;
            }
            p.distribution = distribution(row, 2, p.value);
            if (!p.distribution.valid()) p.distribution = {};
            p.description = row[7];
        } else {
            if (!amount(row, row[1], p.name, p.value, p.formula)) return;
            p.description = row[2];
        }
        std::erase_if(into, [&](const Parameter& x) { return x.name == p.name; });
        into.push_back(std::move(p));
    }

    int technosphere_flow(const std::string& name, FlowType type, const std::string& unit) {
        Flow f;
        f.id = name_id({"simapro", name});
        f.name = name;
        f.type = type;
        return draft_.flow(std::move(f), unit);
    }

    int elementary_flow(const std::string& name, const std::string& compartment, std::string sub,
                        const std::string& unit, const std::string& cas) {
        if (sub == "(unspecified)") sub.clear();
        Flow f;
        f.id = name_id({"simapro", compartment, sub, name});
        f.name = name;
        f.category = compartment + (sub.empty() ? "" : "/" + sub);
        f.type = FlowType::elementary;
        f.cas = cas;
        return draft_.flow(std::move(f), unit);
    }

    void process(size_t begin, size_t end) {
        ++found_;
        Process p;
        std::string section, key;
        std::vector<std::pair<std::string, const Row*>> data;
        for (size_t i = begin; i < end; ++i) {
            const Row& row = rows_[i];
            const auto other = std::find_if(std::begin(other_sections), std::end(other_sections),
                                            [&](std::string_view s) { return row.is(s); });
            const auto nature = std::find_if(std::begin(compartment_sections), std::end(compartment_sections),
                                             [&](const auto& s) { return row.is(s[0]); });
            if (other != std::end(other_sections) || nature != std::end(compartment_sections)) {
                section = row[0];
                continue;
            }
            if (!section.empty()) {
                // Further lines of a comment stand in its column alone.
                if (!row.blank() && !row[0].empty()) data.emplace_back(section, &row);
                continue;
            }
            const auto meta = [&](std::string_view name, std::string& out) {
                if (row[0] != name) return;
                out = row.cells.size() > 1 && !row[1].empty() ? row[1] : i + 1 < end ? rows_[i + 1][0] : "";
            };
            meta("Process identifier", p.id);
            meta("Process name", p.name);
            meta("Geography", p.location);
            meta("Category type", p.category);
            meta("Comment", p.description);
            meta("Time period", p.valid_from);
        }
        const auto product = std::find_if(data.begin(), data.end(), [](const auto& d) {
            return d.first == "Products" || d.first == "Waste treatment" || d.first == "Waste scenario";
        });
        // A process without a name of its own, or with the next key in its place, is called after its product.
        if (p.name.empty() || p.name == "Status")
            p.name = product == data.end() ? std::string() : (*product->second)[0];
        if (p.name.empty()) {
            draft_.diagnostics().error(where(rows_[begin - 1])(), message::simapro_nameless, {p.id});
            return;
        }
        if (p.id.empty() || p.id == "Type") p.id = name_id({"simapro process", p.name});
        if (p.location == "Unspecified") p.location.clear();
        if (p.valid_from == "Unspecified") p.valid_from.clear();
        if (const size_t brace = p.name.find('{'); p.location.empty() && brace != std::string::npos)
            p.location = p.name.substr(brace + 1, p.name.find('}', brace) - brace - 1);
        for (const auto& [name, row] : data) exchange(name, *row, p);
        int products = 0;
        for (const auto& e : p.exchanges)
            products += !e.input && !e.avoided &&
                        draft_.db().flows[static_cast<size_t>(e.flow)].type == FlowType::product;
        if (products < 2) p.allocation.clear();
        if (!p.allocation.empty()) p.default_allocation = Allocation::physical;
        draft_.report().count("allocation_factors", static_cast<int>(p.allocation.size()));
        draft_.process(std::move(p), where(rows_[begin - 1]));
    }

    void exchange(const std::string& section, const Row& row, Process& p) {
        if (section == "Input parameters" || section == "Calculated parameters")
            return parameter(row, section == "Input parameters", p.parameters);
        const auto nature = std::find_if(std::begin(compartment_sections), std::end(compartment_sections),
                                         [&](const auto& s) { return section == s[0]; });
        const bool elementary = nature != std::end(compartment_sections);
        const size_t first = elementary ? 2 : 1;
        double plain = 0;
        const bool old = number(row[first], plain); // amount before unit, as SimaPro 7 and some 8 write
        const std::string& unit = row[first + (old ? 1 : 0)];
        const std::string entity = p.name + ": " + row[0];
        if (unit.empty()) {
            draft_.diagnostics().error(where(row)(), message::simapro_unit, {entity});
            return;
        }
        Exchange e;
        if (!amount(row, row[first + (old ? 0 : 1)], entity, e.amount, e.formula)) return;
        const bool product = section == "Products",
                   treatment = section == "Waste treatment" || section == "Waste scenario";
        const bool waste = treatment || section == "Waste to treatment" || section == "Separated waste" ||
                           section == "Remaining waste";
        e.flow = elementary ? elementary_flow(row[0], (*nature)[1], row[1], unit, {})
                            : technosphere_flow(row[0], waste ? FlowType::waste : FlowType::product, unit);
        e.avoided = section == "Avoided products";
        e.input = elementary ? section == "Resources"
                             : treatment || e.avoided || section == "Materials/fuels" || section == "Electricity/heat";
        if (!draft_.set_unit(e, unit, p.name, where(row))) return;
        size_t comment = 7 + (elementary ? 1 : 0);
        if (product || treatment) {
            comment = product ? 6 : 5;
            if (p.reference < 0) p.reference = static_cast<int>(p.exchanges.size());
            if (product) {
                AllocationFactor a;
                a.method = Allocation::physical;
                a.product = e.flow;
                if (row[3].empty())
                    a.value = 1;
                else if (!amount(row, row[3], entity, a.value, a.formula))
                    return;
                a.value /= 100;
                if (!a.formula.empty()) a.formula = "(" + a.formula + ")/100";
                p.allocation.push_back(std::move(a));
                if (!row[5].empty()) p.category = row[5];
            }
        } else {
            if (e.formula.empty())
                draft_.set_distribution(e, distribution(row, first + 2, e.amount), p.id, p.name);
            else // around the value that the formula will give
                uncertain_[{p.id, static_cast<int>(p.exchanges.size())}] = {&row, first + 2};
        }
        e.comment = row[comment];
        e.pedigree = pedigree(e.comment);
        p.exchanges.push_back(std::move(e));
    }

    void method(size_t begin, size_t end) {
        ++found_;
        ImpactMethod m;
        std::vector<ImpactCategory> categories;
        enum { none, category_head, substances, damage } state = none;
        for (size_t i = begin; i < end; ++i) {
            const Row& row = rows_[i];
            if (row.blank()) continue;
            if (row.is("Name") && i + 1 < end) m.name = rows_[i + 1][0];
            if (row.is("Impact category")) {
                state = category_head;
            } else if (row.is("Substances")) {
                state = substances;
            } else if (row.is("Damage category") || row.is("Impact categories") ||
                       row.is("Normalization-Weighting set")) {
                if (state != damage && row.is("Damage category"))
                    draft_.report().add("not_taken", "", "", {message::simapro_damage, {m.name}});
                state = damage;
            } else if (state == category_head) {
                ImpactCategory c;
                c.name = row[0];
                c.unit = row[1];
                c.id = name_id({"simapro", m.name, c.name});
                categories.push_back(std::move(c));
                state = none;
            } else if (state == substances && !categories.empty()) {
                factor(row, categories.back());
            }
        }
        m.id = name_id({"simapro method", m.name});
        for (ImpactCategory& c : categories)
            if (const int at = draft_.category(std::move(c), where(rows_[begin - 1])); at >= 0)
                m.categories.push_back(at);
        auto& methods = draft_.db().methods;
        std::erase_if(methods, [&](const ImpactMethod& x) { return x.id == m.id; });
        methods.push_back(std::move(m));
        draft_.report().count("methods");
    }

    /// compartment; subcompartment; substance; CAS; factor; unit
    void factor(const Row& row, ImpactCategory& c) {
        const auto found = std::find_if(std::begin(method_compartments), std::end(method_compartments),
                                        [&](const auto& x) { return row[0] == x[0]; });
        ImpactFactor f;
        if (found == std::end(method_compartments) || !number(row[4], f.value)) {
            draft_.diagnostics().error(where(row)(), message::simapro_number,
                                       {c.name + ": " + row[2], row[4], std::string(1, decimal_)});
            return;
        }
        f.flow = elementary_flow(row[2], (*found)[1], row[1], row[5], row[3]);
        Exchange unit;
        unit.flow = f.flow;
        if (!draft_.set_unit(unit, row[5], c.name, where(row))) return;
        f.value /= unit.to_reference;
        c.factors.push_back(std::move(f));
    }

    Archive& archive_;
    Draft& draft_;
    const SourceFile* source_ = nullptr;
    std::vector<Row> rows_;
    char decimal_ = '.';
    int found_ = 0;
    std::map<std::pair<std::string, int>, std::pair<const Row*, size_t>>
        uncertain_; ///< with formulas: process, exchange
};

} // namespace

bool read_simapro(Archive& archive, Database& into, ImportReport& report, Diagnostics& diagnostics) {
    Draft draft(into, report, diagnostics);
    Reader reader(archive, draft);
    for (const std::string& name : archive.names()) {
        const bool table = name.ends_with(".csv") || name.ends_with(".CSV") || name.ends_with(".txt");
        if (table || archive.names().size() == 1)
            reader.read(name);
        else
            report.count("files_not_taken");
    }
    if (!diagnostics.has_errors() && reader.found() == 0)
        diagnostics.error(archive.at(""), message::import_nothing, {archive.path(), "SimaPro"});
    return draft.commit(into);
}

} // namespace viresco::lca
