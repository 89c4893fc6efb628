#include "text/csv.h"
#include "base/messages/text.h"
#include "text/encoding.h"
#include <unordered_map>

namespace viresco::text {
namespace {

/// ',' or ';', whichever the header line has more of outside quotes.
char separator_of(std::string_view text) {
    size_t commas = 0, semicolons = 0;
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '\n') break;
        commas += c == ',';
        semicolons += c == ';';
    }
    return semicolons > commas ? ';' : ',';
}

class CsvReader {
public:
    CsvReader(const Places& places, Diagnostics& diagnostics)
        : places_(places), out_(diagnostics), text_(places.file().text) {
        if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
        separator_ = separator_of(text_.substr(at_));
    }

    CsvTable read() {
        CsvTable table;
        if (at_ >= text_.size() || at_break()) {
            out_.error(places_.at(at_), message::csv_empty);
            return table;
        }
        table.header = row();
        check_header(table.header);
        while (at_ < text_.size() && !broken_) {
            const size_t begin = at_;
            if (at_break() && table.header.size() > 1) { // a blank line
                end_line();
                continue;
            }
            auto cells = row();
            if (broken_) break;
            if (cells.size() != table.header.size()) {
                const std::string have = std::to_string(cells.size()), want = std::to_string(table.header.size());
                auto& d = out_.error(places_.at(begin), message::csv_cells, {have, want});
                if (cells.size() > table.header.size()) d.hint(message::csv_hint_quote, {std::string(1, separator_)});
            }
            table.rows.push_back(std::move(cells));
        }
        return table;
    }

private:
    bool at_break() const { return at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r'); }

    void end_line() {
        if (at_ < text_.size() && text_[at_] == '\r') ++at_;
        if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    }

    std::vector<CsvTable::Cell> row() {
        std::vector<CsvTable::Cell> cells;
        while (true) {
            cells.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted_cell() : plain_cell());
            if (broken_ || at_ >= text_.size() || text_[at_] != separator_) break;
            ++at_;
        }
        end_line();
        return cells;
    }

    size_t cell_end(size_t from) const {
        while (from < text_.size() && text_[from] != separator_ && text_[from] != '\n' && text_[from] != '\r') ++from;
        return from;
    }

    CsvTable::Cell plain_cell() {
        const size_t begin = at_;
        at_ = cell_end(at_);
        const std::string_view cell = text_.substr(begin, at_ - begin);
        if (const size_t quote = cell.find('"'); quote != std::string_view::npos)
            out_.error(places_.at(begin + quote), message::csv_stray_quote).hint(message::csv_hint_double_quote);
        return {std::string(cell), places_.at(begin, at_)};
    }

    CsvTable::Cell quoted_cell() {
        const size_t begin = at_++;
        std::string cell;
        while (true) {
            const size_t quote = text_.find('"', at_);
            if (quote == std::string_view::npos) {
                out_.error(places_.at(begin), message::csv_unclosed_quote);
                broken_ = true;
                return {};
            }
            cell += text_.substr(at_, quote - at_);
            at_ = quote + 1;
            if (at_ >= text_.size() || text_[at_] != '"') break;
            cell += '"';
            ++at_;
        }
        const bool one_line = text_.substr(begin, at_ - begin).find('\n') == std::string_view::npos;
        const SourcePos pos = places_.at(begin, one_line ? at_ : begin);
        if (const size_t end = cell_end(at_); end > at_) {
            out_.error(places_.at(at_, end), message::csv_after_quote).hint(message::csv_hint_double_quote);
            at_ = end;
        }
        return {std::move(cell), pos};
    }

    void check_header(const std::vector<CsvTable::Cell>& header) {
        std::unordered_map<std::string, SourcePos> seen;
        for (const CsvTable::Cell& cell : header) {
            const auto [first, fresh] = seen.emplace(cell.text, cell.pos);
            if (!fresh)
                out_.error(cell.pos, message::csv_duplicate_column, {cell.text})
                    .see(first->second, message::yaml_first_given_here);
        }
    }

    const Places& places_;
    Diagnostics& out_;
    std::string_view text_;
    size_t at_ = 0;
    char separator_ = ',';
    bool broken_ = false; // an unclosed quote has swallowed the rest
};

} // namespace

CsvTable parse_csv(const SourceFile& file, Diagnostics& diagnostics) {
    const Places places(file);
    if (!check_encoding(places, diagnostics)) return {};
    return CsvReader(places, diagnostics).read();
}

std::string csv_cell(std::string_view text) {
    if (text.find_first_of(",;\"\r\n") == std::string_view::npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

} // namespace viresco::text
