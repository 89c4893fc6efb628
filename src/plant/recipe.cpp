// `recipe:` of a plant: the durations of a batch recipe become values of the plant, and so do the times that follow.
#include "base/messages/lang.h"
#include "base/messages/plant.h"
#include "base/messages/schedule.h"
#include "base/messages/text.h"
#include "plant/builder.h"
#include "schedule/read.h"
#include "schedule/timetable.h"
#include <algorithm>

namespace viresco::plant {

using lang::DimId;
using lang::Indices;
using lang::Model;
using lang::Value;
using text::Node;

void Builder::recipe() {
    const Node* given = file_.find("recipe");
    if (!given) return;
    const Node *file = given, *durations = nullptr;
    if (!given->is_scalar()) {
        if (!expect_map(*given, "'recipe'", d_)) return;
        check_keys(*given, {"file", "recipe", "durations"}, d_);
        file = given->find("file");
        durations = map_at(*given, "durations");
        if (!file || !file->is_scalar()) {
            d_.error(given->pos(), message::schedule_entry_needs, {"recipe", "file"});
            return;
        }
    }
    const Node* document = c_.library.load("recipes", "recipe", file->scalar(), file->pos());
    if (!document) return;
    const int errors = d_.n_errors();
    schedule::Facility facility = schedule::read_facility(*document, d_);
    if (d_.n_errors() > errors || facility.recipes.empty()) return;

    std::vector<std::string> names;
    for (const schedule::Recipe& r : facility.recipes) names.push_back(r.name);
    const std::string wanted = given->is_scalar() ? "" : scalar_of(*given, "recipe", d_);
    const auto found = std::find(names.begin(), names.end(), wanted);
    if (wanted.empty() && names.size() > 1) {
        std::string list;
        for (const std::string& n : names) list += (list.empty() ? "" : ", ") + n;
        d_.error(given->pos(), message::plant_recipe_which, {file->scalar(), list})
            .hint(message::plant_recipe_which_hint);
        return;
    }
    if (!wanted.empty() && found == names.end()) {
        suggest(d_.error(given->find("recipe")->pos(), message::schedule_unknown_recipe, {wanted}), wanted, names);
        return;
    }
    const auto which = wanted.empty() ? size_t{0} : static_cast<size_t>(found - names.begin());
    for (const schedule::UnitProcedure& p : facility.recipes[which].procedures) {
        if (!is_name(p.name)) d_.error(p.pos, message::not_a_name, {p.name});
        for (const char* taken : {"per_batch", "use"})
            if (p.name == taken) d_.error(p.pos, message::plant_recipe_name, {taken});
        for (const schedule::Operation& o : p.operations)
            if (!is_name(o.name)) d_.error(o.pos, message::not_a_name, {o.name});
    }
    for (const schedule::Pool& p : facility.pools)
        if (!is_name(p.name)) d_.error(p.pos, message::not_a_name, {p.name});
    for (const schedule::Resource& r : facility.resources)
        if (!is_name(r.name)) d_.error(r.pos, message::not_a_name, {r.name});

    PlantRecipe out;
    out.pos = given->pos();
    out.path = plant_.prefix + "recipe";
    const auto timetable = std::make_shared<const schedule::Timetable>(std::move(facility), which);
    out.timetable = timetable;
    const DimId seconds = m_.dim("s");
    std::vector<std::string> known;
    for (const auto& duration : timetable->durations()) {
        known.push_back(duration.path);
        const Node* computed = durations ? durations->find(duration.path.c_str()) : nullptr;
        out.inputs.push_back(out.path + "." + duration.path);
        declare_value(c_, out.inputs.back(), {}, computed ? *computed : *duration.given, plant_.scope, seconds,
                      {duration.path, duration.path});
    }
    if (durations)
        for (const auto& e : durations->entries())
            if (std::find(known.begin(), known.end(), e.key) == known.end())
                suggest(d_.error(e.key_pos, message::plant_recipe_no_duration, {e.key}), e.key, known);

    const std::string scheduled = "schedule " + file->scalar();
    const auto result = [&](const std::string& name, DimId dim) {
        const lang::NodeId node = m_.add_outcome();
        out.outcomes.push_back(node);
        m_.add_built_in(
            out.path + "." + name, 0,
            [v = Value{node, dim, false, false}](Model&, Indices, const SourcePos&) { return v; }, scheduled);
    };
    result("batch_time", seconds);
    result("cycle_time", seconds);
    const std::string path = out.path;
    const auto derived = [&](const std::string& name, auto value) {
        m_.add_built_in(path + "." + name, 0, [value, path](Model& m, Indices, const SourcePos& asked_at) {
            return value(m, m.value(path + ".cycle_time", {}, asked_at), asked_at);
        });
    };
    const schedule::Facility& f = timetable->facility();
    for (int limit = 0; limit < f.n_limits(); ++limit) {
        const std::string& name = f.limit_name(limit);
        double capacity = static_cast<double>(f.capacity(limit));
        DimId amount = m_.dimensions.one();
        double factor = 1;
        if (!f.is_pool(limit)) {
            const schedule::Resource& r = f.resources[static_cast<size_t>(limit) - f.pools.size()];
            capacity *= r.step;
            amount = m_.dimensions.intern(r.unit.dimension);
            factor = r.unit.factor;
        }
        // The timetable counts in the unit of the capacity; values of a plant are in SI.
        const lang::NodeId node = m_.add_outcome();
        out.outcomes.push_back(node);
        const Value counted{node, seconds, false, false};
        m_.add_built_in(
            path + ".per_batch." + name, 0,
            [v = m_.multiply(counted, m_.constant(factor, amount))](Model&, Indices, const SourcePos&) { return v; },
            scheduled);
        derived("use." + name, [counted, capacity](Model& m, const Value& cycle, const SourcePos&) {
            return m.divide(counted, m.multiply(cycle, m.constant(capacity, m.dimensions.one())));
        });
    }
    derived("batches", [prefix = plant_.prefix](Model& m, const Value& cycle, const SourcePos& asked_at) {
        return m.divide(m.value(prefix + "operation.operating_time", {}, asked_at), cycle);
    });
    if (const schedule::Recipe& r = timetable->recipe(); r.output_given) {
        declare_value(c_, path + ".output", {}, *r.output_given, plant_.scope,
                      m_.dimensions.intern(r.output_unit.dimension), {"output of a batch", "单批产量"});
        derived("capacity", [path](Model& m, const Value&, const SourcePos& asked_at) {
            return m.multiply(m.value(path + ".output", {}, asked_at), m.value(path + ".batches", {}, asked_at));
        });
    }
    plant_.recipe = std::move(out);
}

} // namespace viresco::plant
