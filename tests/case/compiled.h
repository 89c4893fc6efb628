#pragma once
#include "case/case.h"
#include <cmath>
#include <gtest/gtest.h>
#include <string>

namespace viresco::cases {

/// A compiled example; the texts of its files live as long as the test program.
inline std::unique_ptr<Case> compile_example(const std::string& path, const std::string& scenario = {},
                                             std::vector<std::pair<std::string, std::string>> settings = {},
                                             Diagnostics* warnings = nullptr) {
    static SourceStore sources;
    Request request;
    request.path = std::string(VIRESCO_SOURCE_DIR) + "/examples/" + path;
    request.scenario = scenario;
    request.settings = std::move(settings);
    request.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
    request.sources = &sources;
    Diagnostics ignored;
    return Case::compile(request, warnings ? *warnings : ignored);
}

/// An indicator of a route in the unit of its definition.
inline double indicator(const Case& c, const lang::Evaluation& e, const std::string& route, const std::string& id) {
    const Output* o = c.find(route + ".indicators." + id);
    if (!o || o->slot < 0) return std::nan("");
    for (const auto& def : c.definitions)
        if (def.id == id) return def.unit.from_si(e.value(o->slot));
    return std::nan("");
}

inline double step_indicator(const Case& c, const lang::Evaluation& e, const std::string& route,
                             const std::string& step, const std::string& id) {
    const Output* o = c.find(route + ".steps." + step + "." + id);
    for (const auto& def : c.definitions)
        if (def.id == id && o && o->slot >= 0) return def.unit.from_si(e.value(o->slot));
    return std::nan("");
}

} // namespace viresco::cases
