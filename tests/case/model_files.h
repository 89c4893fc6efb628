#pragma once
#include "case/simulation.h"
#include <gtest/gtest.h>

namespace viresco::cases {

/// Compiles a file of examples/models.
inline std::unique_ptr<Simulation> compile(SourceStore& sources, const std::string& model,
                                           std::vector<std::pair<std::string, std::string>> settings = {}) {
    Simulation::Request request;
    request.path = VIRESCO_SOURCE_DIR "/examples/models/" + model;
    request.settings = std::move(settings);
    request.models_folder = VIRESCO_SOURCE_DIR "/models";
    request.sources = &sources;
    Diagnostics warnings;
    auto s = Simulation::compile(request, warnings);
    EXPECT_TRUE(warnings.all().empty()) << warnings.text(Language::en);
    return s;
}

} // namespace viresco::cases
