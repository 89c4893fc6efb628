#pragma once
#include "base/diagnostic.h"
#include <string>
#include <vector>

namespace viresco::text {

/// RFC 4180 table with the place of every cell.
struct CsvTable {
    struct Cell {
        std::string text;
        SourcePos pos;
    };
    std::vector<Cell> header;
    std::vector<std::vector<Cell>> rows;
};

/// Reads comma- or semicolon-separated text (quotes, doubled quotes, CRLF, BOM). Every row must have
/// as many cells as the header; all such errors are reported, each at its row.
CsvTable parse_csv(const SourceFile&, Diagnostics&);

/// Quotes a cell where RFC 4180 asks for it.
std::string csv_cell(std::string_view text);

} // namespace viresco::text
