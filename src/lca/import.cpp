#include "lca/import.h"
#include "base/messages/lca_fmt.h"
#include "lca/archive.h"
#include "lca/datapackage.h"
#include "lca/ecospold1.h"
#include "lca/ecospold2.h"
#include "lca/jsonld.h"
#include "lca/method_files.h"
#include "lca/methods.h"
#include "lca/simapro.h"
#include "lca/spreadsheet.h"
#include "text/csv.h"
#include "text/node.h"
#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace viresco::lca {
namespace {

enum class Format { none, reference_data, datapackage, ecospold1, ecospold2, jsonld, simapro, spreadsheet, methods };

const char* name_of(Format f) {
    switch (f) {
    case Format::reference_data: return "openLCA reference data";
    case Format::datapackage: return "bw_processing datapackage";
    case Format::ecospold1: return "EcoSpold 1";
    case Format::ecospold2: return "ecoSpold 2";
    case Format::jsonld: return "openLCA JSON-LD";
    case Format::simapro: return "SimaPro CSV";
    case Format::spreadsheet: return "CSV table";
    case Format::methods: return "Viresco methods";
    case Format::none: break;
    }
    return "";
}

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('/') + 1); }

/// The folder an entry stands in, without those above it.
std::string_view folder_part(std::string_view name) {
    const size_t slash = name.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : last_part(name.substr(0, slash));
}

bool has_ending(std::string_view name, std::string_view ending) {
    if (name.size() < ending.size()) return false;
    for (size_t i = 0; i < ending.size(); ++i) {
        const char c = name[name.size() - ending.size() + i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != ending[i]) return false;
    }
    return true;
}

Format recognise(Archive& archive, Diagnostics& diagnostics) {
    static constexpr std::string_view json_folders[] = {
        "processes", "flows", "flow_properties", "unit_groups", "lcia_methods", "lcia_categories", "product_systems"};
    bool jsonld = false, spold = false;
    for (const std::string& name : archive.names()) {
        const std::string_view last = last_part(name);
        if (last == "lcia_categories.csv" || last == "lcia_factors.zip") return Format::reference_data;
        if (last == "datapackage.json") return Format::datapackage;
        spold = spold || has_ending(name, ".spold");
        jsonld = jsonld || last == "openlca.json" || last == "olca-schema.json" ||
                 (has_ending(name, ".json") && std::find(std::begin(json_folders), std::end(json_folders),
                                                         folder_part(name)) != std::end(json_folders));
    }
    if (spold) return Format::ecospold2;
    if (jsonld) return Format::jsonld;
    std::string text;
    for (const std::string& name : archive.names()) {
        if (has_ending(name, ".yaml")) {
            if (!archive.read(name, text, diagnostics)) return Format::none;
            if (text.find("\nkind: methods") != std::string::npos) return Format::methods;
        }
        if (has_ending(name, ".json")) { // entities beside each other, without openLCA's folders
            if (!archive.read(name, text, diagnostics)) return Format::none;
            for (const char* type : {"UnitGroup", "FlowProperty", "Flow", "Process", "ImpactCategory", "ImpactMethod"})
                for (const char* colon : {"\"@type\":\"", "\"@type\": \""})
                    if (text.find(std::string(colon) + type + "\"") != std::string::npos) return Format::jsonld;
        }
        const bool xml = has_ending(name, ".xml"), table = has_ending(name, ".csv") || has_ending(name, ".txt");
        if (!xml && !table) continue;
        if (!archive.read(name, text, diagnostics)) return Format::none;
        const std::string_view head = std::string_view(text).substr(0, 4096);
        if (xml && head.find("<ecoSpold") != std::string_view::npos)
            return head.find("EcoSpold02") != std::string_view::npos ? Format::ecospold2 : Format::ecospold1;
        if (xml) continue;
        if (head.substr(0, head.find('\n')).find("SimaPro") != std::string_view::npos) return Format::simapro;
        if (has_ending(name, ".csv") && head.find("process") != std::string_view::npos) return Format::spreadsheet;
    }
    return Format::none;
}

/// What the names of an unknown archive have in common, for the hint.
std::string endings(const Archive& archive) {
    std::map<std::string, int> counts;
    for (const std::string& name : archive.names()) {
        const std::string_view last = last_part(name);
        const size_t dot = last.rfind('.');
        ++counts[dot == std::string_view::npos ? std::string(last.substr(0, 40)) : "*" + std::string(last.substr(dot))];
    }
    std::string out;
    for (const auto& [ending, n] : counts) {
        if (out.size() > 80) return out + ", ..";
        out += (out.empty() ? "" : ", ") + std::to_string(n) + " " + ending;
    }
    return out;
}

bool read(Archive& archive, const std::string& path, Database& into, const ImportOptions& options, ImportReport& report,
          Diagnostics& diagnostics, SourceStore& sources) {
    const Format format = recognise(archive, diagnostics);
    if (diagnostics.has_errors()) return false;
    if (format == Format::none) {
        Diagnostic& d = diagnostics.error(archive.at(""), message::import_unknown, {path});
        d.hint(message::import_hint_found, {endings(archive)}).hint(message::import_hint_formats);
        return false;
    }
    if (!options.flow_map.empty() && format != Format::reference_data) {
        diagnostics.error({}, message::import_flow_map, {options.flow_map, path, name_of(format)});
        return false;
    }
    report.count(std::string("format: ") + name_of(format));
    switch (format) {
    case Format::reference_data:
        return read_reference_data(path, options.flow_map, into, report, diagnostics, &sources);
    case Format::datapackage: return read_datapackage(archive, into, report, diagnostics);
    case Format::ecospold1: return read_ecospold1(archive, into, report, diagnostics);
    case Format::ecospold2: return read_ecospold2(archive, into, report, diagnostics);
    case Format::jsonld: return read_jsonld(archive, into, report, diagnostics);
    case Format::simapro: return read_simapro(archive, into, report, diagnostics);
    case Format::spreadsheet: return read_spreadsheet(archive, into, report, diagnostics);
    case Format::methods: return read_method_files(archive, into, report, diagnostics);
    case Format::none: break;
    }
    return false;
}

} // namespace

bool import_file(const std::string& path, Database& into, const ImportOptions& options, ImportReport& report,
                 Diagnostics& diagnostics) {
    SourceStore own;
    Diagnostics found;
    bool good = false;
    const SourceFile* whole = nullptr;
    SourceStore& sources = options.sources ? *options.sources : own;
    if (const auto archive = Archive::open(path, found, &sources)) {
        good = read(*archive, path, into, options, report, found, sources);
        whole = archive->at("").file;
    }
    if (good && !options.linking.empty()) into.linking = options.linking;
    for (Diagnostic d : found.all()) {
        if (!options.sources) { // the places go with the store of this call
            d.pos = {};
            d.related.clear();
        } else if (!d.pos) {
            d.pos = {whole, 0, 0, 1};
        }
        diagnostics.add(d);
    }
    return good;
}

bool read_decisions(const std::string& path, Database& into, SourceStore& sources, Diagnostics& diagnostics) {
    const int before = diagnostics.n_errors();
    const SourceFile* file = viresco::text::read_file(sources, path, diagnostics);
    if (!file) return false;
    const viresco::text::CsvTable table = viresco::text::parse_csv(*file, diagnostics);
    int columns[3] = {-1, -1, -1};
    const char* names[3] = {"process", "flow", "provider"};
    for (int c = 0; c < static_cast<int>(table.header.size()); ++c)
        for (int k = 0; k < 3; ++k)
            if (table.header[static_cast<size_t>(c)].text == names[k]) columns[k] = c;
    for (int k = 0; k < 3; ++k)
        if (columns[k] < 0 && diagnostics.n_errors() == before)
            diagnostics.error({file, 1, 1, 1}, message::table_no_column, {names[k]});
    if (diagnostics.n_errors() > before) return false;
    std::vector<LinkDecision> read;
    for (const auto& row : table.rows) {
        const auto cell = [&](int k) -> const viresco::text::CsvTable::Cell& {
            return row[static_cast<size_t>(columns[k])];
        };
        if (cell(2).text.empty()) continue;
        LinkDecision d{cell(0).text, cell(1).text, cell(2).text == "-" ? "" : cell(2).text};
        if (!d.process.empty() && !into.process_at.count(d.process))
            diagnostics.error(cell(0).pos, message::decision_unknown, {"process", d.process});
        if (!into.flow_at.count(d.flow)) diagnostics.error(cell(1).pos, message::decision_unknown, {"flow", d.flow});
        if (!d.provider.empty() && !into.process_at.count(d.provider))
            diagnostics.error(cell(2).pos, message::decision_unknown, {"process", d.provider});
        read.push_back(std::move(d));
    }
    if (diagnostics.n_errors() > before) return false;
    for (LinkDecision& d : read) {
        const auto same = [&](const LinkDecision& x) { return x.process == d.process && x.flow == d.flow; };
        const auto found = std::find_if(into.decisions.begin(), into.decisions.end(), same);
        if (found == into.decisions.end())
            into.decisions.push_back(std::move(d));
        else
            found->provider = d.provider;
    }
    return true;
}

void write_decisions(const Database& db, const std::vector<Finding>& findings, const std::string& path) {
    using viresco::text::csv_cell;
    const auto process_name = [&](const std::string& id) {
        const auto found = db.process_at.find(id);
        return found == db.process_at.end() ? std::string() : db.processes[static_cast<size_t>(found->second)].name;
    };
    const auto flow_name = [&](const std::string& id) {
        const auto found = db.flow_at.find(id);
        return found == db.flow_at.end() ? std::string() : db.flows[static_cast<size_t>(found->second)].name;
    };
    std::string out = "process,flow,provider,candidate,process name,flow name,candidate name\n";
    std::set<std::pair<std::string, std::string>> done;
    const auto row = [&](const std::string& process, const std::string& flow, const std::string& provider,
                         const std::string& candidate) {
        if (!done.emplace(process, flow).second) return;
        for (const std::string& cell : {process, flow, provider, candidate, process_name(process), flow_name(flow)})
            out += csv_cell(cell) + ",";
        out += csv_cell(process_name(candidate)) + "\n";
    };
    for (const LinkDecision& d : db.decisions)
        row(d.process, d.flow, d.provider.empty() ? "-" : d.provider, d.provider);
    for (const Finding& f : findings)
        if (f.kind.starts_with("unlinked"))
            row(f.process, f.flow, "", f.candidates.empty() ? "" : f.candidates.front());
    viresco::text::write_file(path, out);
}

} // namespace viresco::lca
