#include "schedule/read.h"
#include "base/messages/schedule.h"
#include "base/messages/text.h"
#include "matter/quantity.h"
#include "schedule/read_recipe.h"
#include "schedule/read_values.h"
#include "text/check.h"
#include <algorithm>
#include <numeric>

namespace viresco::schedule {
namespace {

using text::Node;

class Reader {
public:
    explicit Reader(Diagnostics& d) : d_(d), values_(d) {}

    Facility read(const Node& file) {
        text::check_keys(file,
                         {"viresco", "kind", "title", "description", "source", "operating time", "equipment",
                          "resources", "recipes", "campaigns"},
                         d_);
        if (const Node* t = file.find("title")) out_.title = matter::read_title(*t, d_);
        if (const Node* t = file.find("operating time")) {
            out_.operating_time = values_.time(*t, "operating time");
            if (out_.operating_time == 0 && t->is_scalar() && !d_.has_errors())
                d_.error(t->pos(), message::schedule_positive, {"operating time", t->scalar()});
        } else {
            d_.error(file.pos(), message::schedule_needs, {"operating time"});
        }
        if (const Node* map = required(file, "equipment"))
            for (const auto& e : map->entries()) pool(e);
        if (const Node* map = file.find("resources"); map && text::expect_map(*map, "'resources'", d_))
            for (const auto& e : map->entries()) resource(e);
        if (const Node* map = required(file, "recipes"))
            for (const auto& e : map->entries()) out_.recipes.push_back(read_recipe(e, out_, d_));
        campaigns(file.find("campaigns"));
        return std::move(out_);
    }

private:
    /// A map with something in it.
    const Node* required(const Node& map, const char* key) {
        const Node* n = map.find(key);
        if (n && !n->is_null() && !text::expect_map(*n, std::string("'") + key + "'", d_)) return nullptr;
        if (n && !n->entries().empty()) return n;
        d_.error(n ? n->pos() : map.pos(), message::schedule_needs, {key});
        return nullptr;
    }

    void pool(const Node::Entry& e) {
        Pool p;
        p.name = e.key;
        p.pos = e.key_pos;
        p.title = title_of(e, d_);
        if (!e.value.is_null() && text::expect_map(e.value, "'" + e.key + "'", d_)) {
            text::check_keys(e.value, {"title", "count", "size", "source"}, d_);
            if (const Node* n = e.value.find("count")) p.count = static_cast<int>(values_.whole(*n, "count", 1, 10000));
            if (const Node* n = e.value.find("size"))
                if (const auto datum = values_.positive(*n, "size")) p.size = datum->si, p.unit = datum->unit;
        }
        out_.pools.push_back(std::move(p));
    }

    /// Amounts are counted in steps of a millionth of the unit the capacity is written in, later in larger ones.
    void resource(const Node::Entry& e) {
        Resource r;
        r.name = e.key;
        r.pos = e.key_pos;
        r.title = title_of(e, d_);
        r.step = 1e-6;
        if (text::expect_map(e.value, "'" + e.key + "'", d_)) {
            text::check_keys(e.value, {"title", "capacity", "source"}, d_);
            const Node* n = e.value.find("capacity");
            if (!n) d_.error(e.key_pos, message::schedule_entry_needs, {e.key, "capacity"});
            if (const auto datum = n ? values_.positive(*n, "capacity") : std::nullopt) {
                r.unit = datum->unit;
                r.capacity = values_.steps(datum->unit.from_si(datum->si));
            }
        }
        out_.resources.push_back(std::move(r));
    }

    void campaigns(const Node* list) {
        if (!list) return;
        if (!list->is_sequence()) {
            d_.error(list->pos(), message::expected_list, {"'campaigns'"});
            return;
        }
        for (const Node& n : list->items()) {
            if (!text::expect_map(n, "'campaigns'", d_)) continue;
            text::check_keys(n, {"recipe", "batches", "changeover", "train"}, d_);
            Campaign c;
            c.pos = n.pos();
            const std::string name = text::scalar_of(n, "recipe", d_);
            c.recipe = index_of(out_.recipes, name);
            const Node* recipe = n.find("recipe");
            if (!recipe)
                d_.error(n.pos(), message::schedule_entry_needs, {"campaigns", "recipe"});
            else if (c.recipe < 0)
                suggest(d_.error(recipe->pos(), message::schedule_unknown_recipe, {name}), name,
                        names_of(out_.recipes));
            if (const Node* b = n.find("batches")) c.batches = values_.whole(*b, "batches", 1, 1'000'000);
            if (const Node* t = n.find("changeover")) c.changeover = values_.time(*t, "changeover");
            const std::string train = text::scalar_of(n, "train", d_);
            auto at = std::find(out_.trains.begin(), out_.trains.end(), train);
            c.train = static_cast<int>(at - out_.trains.begin());
            if (at == out_.trains.end()) out_.trains.push_back(train);
            if (c.recipe >= 0) out_.campaigns.push_back(c);
        }
    }

    Diagnostics& d_;
    Values values_;
    Facility out_;
};

/// Divides amounts and capacity by what they have in common, so that loads stay small numbers.
void coarsen(Facility& f) {
    for (size_t i = 0; i < f.resources.size(); ++i) {
        std::int64_t common = f.resources[i].capacity;
        const auto each = [&](auto&& visit) {
            for (Recipe& r : f.recipes)
                for (UnitProcedure& p : r.procedures)
                    for (Operation& o : p.operations)
                        for (Phase& phase : o.phases)
                            for (Use& u : phase.uses)
                                if (u.resource == static_cast<int>(i)) visit(u);
        };
        each([&](const Use& u) { common = std::gcd(common, u.amount); });
        if (common <= 1) continue;
        each([&](Use& u) { u.amount /= common; });
        f.resources[i].capacity /= common;
        f.resources[i].step *= static_cast<double>(common);
    }
}

} // namespace

Facility read_facility(const Node& file, Diagnostics& diagnostics) {
    Facility out = Reader(diagnostics).read(file);
    coarsen(out);
    return out;
}

} // namespace viresco::schedule
