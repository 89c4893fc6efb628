// viresco lca ..: the program as users run it, over several imports into one database file.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <sys/wait.h>

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct LcaCommand : testing::Test {
    fs::path folder;
    LcaCommand() {
        std::string pattern = (fs::temp_directory_path() / "viresco-lca-XXXXXX").string();
        folder = mkdtemp(pattern.data());
    }
    ~LcaCommand() override { fs::remove_all(folder); }

    void file(const std::string& name, const std::string& text) const {
        std::ofstream(folder / name, std::ios::binary) << text;
    }
    std::string content(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(folder / name, std::ios::binary).rdbuf();
        return text.str();
    }
    /// Exit status; the output in `out`.
    int run(const std::string& arguments) {
        const std::string command = "cd '" + folder.string() + "' && '" + VIRESCO_CLI + "' lca " + arguments +
                                    " >out 2>err";
        const int status = std::system(command.c_str());
        out = content("out");
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    json run_json(const std::string& arguments) {
        EXPECT_EQ(run(arguments + " --json"), 0) << arguments << "\n" << out << content("err");
        return json::parse(out, nullptr, false);
    }
    /// Two processes, and a method in SimaPro's form.
    void small_database() {
        file("t.csv", "process,flow,kind,amount,unit,compartment,uncertainty,spread\n"
                      "power,electricity,product,1,kWh,,,\npower,CO2,emission,0.5,kg,air,lognormal,1.4\n"
                      "acid,acid,product,2,kg,,,\nacid,electricity,input,10,kWh,,,\nacid,nobody's,input,1,kg,,,\n");
        ASSERT_EQ(run("import t.csv --into x.db"), 0) << content("err");
        // EcoSpold 1 carries methods; its flow is another one, so the inventory gets one of that format too.
        const std::string co2 =
            "<exchange number=\"3\" category=\"air\" subCategory=\"\" name=\"CO2\" unit=\"kg\" meanValue=\"";
        const auto dataset = [](const std::string& head, const std::string& data) {
            return "<dataset number=\"1\"><metaInformation><processInformation>" + head +
                   "</processInformation></metaInformation><flowData>" + data + "</flowData></dataset>";
        };
        file("m.xml", "<ecoSpold xmlns=\"http://www.EcoInvent.org/EcoSpold01\">" +
                          dataset("<referenceFunction name=\"GWP\" unit=\"kg CO2 eq\" category=\"Mine\" "
                                  "subCategory=\"\"/><dataSetInformation impactAssessmentResult=\"true\"/>",
                                  co2 + "2\"><outputGroup>4</outputGroup></exchange>") +
                          "</ecoSpold>");
        file(
            "p.xml",
            "<ecoSpold xmlns=\"http://www.EcoInvent.org/EcoSpold01\">" +
                dataset(
                    "<referenceFunction name=\"kiln\" unit=\"kg\"/>",
                    co2 +
                        "3\" uncertaintyType=\"1\" standardDeviation95=\"1.44\"><outputGroup>4</outputGroup></exchange>"
                        "<exchange number=\"1\" name=\"kiln\" unit=\"g\" "
                        "meanValue=\"2000\"><outputGroup>0</outputGroup></exchange>") +
                "</ecoSpold>");
        ASSERT_EQ(run("import m.xml --into x.db"), 0) << content("err");
        ASSERT_EQ(run("import p.xml --into x.db"), 0) << content("err");
    }
    std::string out;
};

TEST_F(LcaCommand, ImportsSolvesAndExplains) {
    small_database();
    const json solved = run_json("solve --db x.db --demand kiln=4 --all-methods");
    ASSERT_EQ(solved["scores"].size(), 1u);
    const std::string id = solved["scores"].begin().key();
    const json& score = solved["scores"][id];
    EXPECT_DOUBLE_EQ(score["value"], 4 * 1.5 * 2); // kg of kiln's product, though the file counts it in g
    EXPECT_EQ(score["unit"], "kg CO2 eq");
    EXPECT_EQ(score["name"], "/GWP");
    EXPECT_LT(solved["residual"].get<double>(), 1e-14);
    EXPECT_EQ(run_json("solve --db x.db --demand kiln=4 --method Mine")["scores"], solved["scores"]);
    EXPECT_EQ(run_json("solve --db x.db --demand kiln --demand kiln=3 --method " + id)["scores"][id]["value"],
              score["value"]);

    const json a = run_json("sample --db x.db --demand kiln --method Mine --draws 4000 --seed 7 --jobs 1");
    const json b = run_json("sample --db x.db --demand kiln --method Mine --draws 4000 --seed 7 --jobs 2");
    EXPECT_EQ(a["scores"], b["scores"]);
    const json& s = a["scores"][id];
    const double sigma = std::log(1.2), mean = 3 * std::exp(sigma * sigma / 2);
    EXPECT_NEAR(s["mean"], mean, 4 * s["standard_error"].get<double>());
    EXPECT_NEAR(s["sd"], mean * std::sqrt(std::expm1(sigma * sigma)), 0.05 * mean * sigma);
    EXPECT_NEAR(s["quantiles"]["0.5"], 3, 0.03);
    EXPECT_DOUBLE_EQ(s["deterministic"], 3);
    EXPECT_NEAR(s["gap"]["amounts_off_their_means"], mean - 3, 1e-12);

    const json parts = run_json("contributions --db x.db --demand kiln --method Mine")["contributions"][id];
    EXPECT_DOUBLE_EQ(parts["processes"][0]["value"], 3);
    EXPECT_EQ(parts["flows"][0]["name"].get<std::string>().substr(0, 3), "CO2");
    const json sensitive = run_json("sensitivity --db x.db --demand kiln --method Mine")["sensitivity"][id];
    EXPECT_NEAR(sensitive["sd"], mean * std::sqrt(std::expm1(sigma * sigma)), 1e-9);
}

TEST_F(LcaCommand, ExportsWhatItCanImport) {
    small_database();
    const json scores = run_json("solve --db x.db --demand kiln")["scores"];
    for (const char* format : {"datapackage", "jsonld"}) {
        const std::string name = format;
        ASSERT_EQ(run("export --db x.db --format " + name + " " + name + ".zip"), 0) << content("err");
        ASSERT_EQ(run("import " + name + ".zip --into " + name + ".db"), 0) << content("err");
        const json again = run_json("solve --db " + name + ".db --demand kiln")["scores"];
        ASSERT_EQ(again.size(), 1u);
        EXPECT_DOUBLE_EQ(again.begin().value()["value"], scores.begin().value()["value"]) << name;
    }
}

TEST_F(LcaCommand, BadInputLeavesTheDatabaseAsItWas) {
    small_database();
    const std::string before = content("x.db");
    file("bad.csv", "process,flow,kind,amount,unit\nnew,y,product,1,kg\nnew,z,input,\"1,5\",kg\n");
    EXPECT_EQ(run("import bad.csv --into x.db"), 2);
    EXPECT_NE(content("err").find("bad.csv:3:13: error"), std::string::npos) << content("err");
    EXPECT_EQ(run("import bad.csv --into x.db --json --lang zh"), 2);
    const json told = json::parse(out);
    EXPECT_EQ(told["diagnostics"][0]["id"], "table_not_a_number");
    EXPECT_EQ(told["diagnostics"][0]["line"], 3);
    EXPECT_EQ(content("x.db"), before);
    EXPECT_EQ(run("import bad.csv --into fresh.db"), 2);
    EXPECT_FALSE(fs::exists(folder / "fresh.db"));
    file("circular.csv", "process,flow,kind,amount,unit\nnew,y,product,a,kg\nnew,a,parameter,b,\nnew,b,parameter,a,\n");
    EXPECT_EQ(run("import circular.csv --into x.db"), 2);
    EXPECT_NE(content("err").find("circular.csv"), std::string::npos) << content("err");
    EXPECT_EQ(content("x.db"), before);
    EXPECT_EQ(run("import missing.zip --into x.db"), 2);
    EXPECT_EQ(run("solve --db missing.db --demand x"), 2);
    EXPECT_EQ(run("solve --db x.db --demand klin"), 2);
    EXPECT_NE(content("err").find("'kiln'"), std::string::npos) << content("err");
    EXPECT_EQ(run("solve --db x.db --demand kiln --method nothing"), 2);
    EXPECT_EQ(run("solve --db x.db"), 64);
}

TEST_F(LcaCommand, DecisionsAreAskedForAndKept) {
    small_database();
    ASSERT_EQ(run("import t.csv --into x.db --decisions d.csv"), 0) << content("err");
    std::string table = content("d.csv");
    const size_t undecided = table.find(",,,acid,nobody");
    ASSERT_NE(undecided, std::string::npos) << table;
    table.replace(undecided, 3, ",-,,");
    file("d.csv", table);
    const json report = run_json("import t.csv --into x.db --decisions d.csv");
    EXPECT_EQ(report["link"]["counts"]["cut_off_by_decision"], 1);
    EXPECT_FALSE(report["link"]["counts"].contains("unlinked_input"));
    // The decision stands in the database: the next import needs no file.
    EXPECT_EQ(run_json("import t.csv --into x.db")["link"]["counts"]["cut_off_by_decision"], 1);
}

TEST_F(LcaCommand, LinkingIsKeptUntilAskedOtherwise) {
    small_database();
    EXPECT_EQ(run_json("import t.csv --into x.db --linking plain")["database"]["linking"], "plain");
    EXPECT_EQ(run_json("import m.xml --into x.db")["database"]["linking"], "plain");
    EXPECT_EQ(run_json("import m.xml --into x.db --linking file")["database"]["linking"], "file");
}

} // namespace
