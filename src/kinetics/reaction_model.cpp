#include "kinetics/reaction_model.h"
#include "base/messages/kinetics.h"
#include "base/messages/lang.h"
#include "base/messages/plant.h"
#include "text/check.h"
#include <algorithm>
#include <set>

namespace viresco::kinetics {

using text::Node;

namespace {

class Reader {
public:
    Reader(ReactionModel& out, const matter::ComponentTable& components, Diagnostics& d)
        : out_(out), components_(components), d_(d) {}

    void read(const Node& file) {
        text::check_keys(file,
                         {"viresco", "kind", "title", "description", "source", "evidence", "unvalidated", "components",
                          "parameters", "equations", "processes", "needs"},
                         d_);
        out_.title = file.find("title") ? matter::read_title(*file.find("title"), d_)
                                        : matter::Title{"reactions", "反应"};
        out_.source = text::scalar_of(file, "source", d_);
        out_.unvalidated = text::scalar_of(file, "unvalidated", d_);
        // The columns: listed, so that a component that only appears in rates has its place too.
        if (const Node* list = file.find("components")) {
            if (!list->is_sequence()) d_.error(list->pos(), message::expected_list, {"'components'"});
            for (const Node& item : list->items())
                if (const int k = component(item.scalar(), item.pos()); k >= 0) add(k);
        }
        const Node* processes = file.find("processes");
        if (!processes || !processes->is_map() || processes->entries().empty()) {
            d_.error(file.pos(), message::reactions_without_processes);
            return;
        }
        for (const auto& e : processes->entries()) process(e);
    }

private:
    /// By its name, or by the symbol its source uses; the listed ones first (two models may share a symbol).
    int component(const std::string& name, const SourcePos& pos) {
        for (const int k : out_.components)
            if (components_[k].name == name || components_[k].symbol == name) return k;
        const int found = components_.find_symbol(name);
        if (found < 0) suggest(d_.error(pos, message::unknown_component, {name}), name, components_.names());
        return found;
    }

    void add(int k) {
        if (std::find(out_.components.begin(), out_.components.end(), k) == out_.components.end())
            out_.components.push_back(k);
    }

    void process(const Node::Entry& e) {
        if (!text::expect_map(e.value, "'" + e.key + "'", d_)) return;
        text::check_keys(e.value, {"title", "rate", "coefficients", "exceptions", "source"}, d_);
        Process p;
        p.name = e.key;
        p.pos = e.key_pos;
        p.title = e.value.find("title") ? matter::read_title(*e.value.find("title"), d_) : matter::Title{e.key, e.key};
        p.rate = e.value.find("rate");
        if (!p.rate || !p.rate->is_scalar()) d_.error(e.key_pos, message::process_without_rate, {e.key});
        const Node* cells = e.value.find("coefficients");
        if (!cells || !cells->is_map() || cells->entries().empty()) {
            d_.error(e.key_pos, message::process_without_coefficients, {e.key});
            return;
        }
        for (const auto& cell : cells->entries()) {
            const int k = component(cell.key, cell.key_pos);
            if (k < 0) continue;
            if (!cell.value.is_scalar()) {
                d_.error(cell.value.pos(), message::expected_text, {cell.key});
                continue;
            }
            if (std::any_of(p.cells.begin(), p.cells.end(), [k](const auto& c) { return c.component == k; })) {
                d_.error(cell.key_pos, message::defined_twice, {cell.key});
                continue;
            }
            add(k);
            p.cells.push_back({k, cell.value.pos(), cell.value.scalar() == "?" ? nullptr : &cell.value});
        }
        if (const Node* list = e.value.find("exceptions"); list && text::expect_map(*list, "'exceptions'", d_))
            for (const auto& x : list->entries()) p.exceptions.emplace_back(x.key, x.value.scalar());
        out_.processes.push_back(std::move(p));
    }

    ReactionModel& out_;
    const matter::ComponentTable& components_;
    Diagnostics& d_;
};

} // namespace

ReactionModel read_reaction_model(const Node& file, const matter::ComponentTable& components, Diagnostics& d) {
    ReactionModel out;
    out.file = &file;
    if (file.pos().file) {
        out.name = file.pos().file->path.substr(file.pos().file->path.find_last_of('/') + 1);
        out.name = out.name.substr(0, out.name.rfind('.'));
    }
    Reader(out, components, d).read(file);
    return out;
}

} // namespace viresco::kinetics
