// viresco lca ..: the program as users run it, over several imports into one database file.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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

TEST_F(LcaCommand, DecisionsThatCannotBeWrittenLeaveNoDatabase) {
    file("t.csv", "process,flow,kind,amount,unit\npower,electricity,product,1,kWh\npower,nobody's,input,1,kg\n");
    EXPECT_EQ(run("import t.csv --into y.db --decisions missing/d.csv"), 2);
    EXPECT_NE(content("err").find("'missing/d.csv'"), std::string::npos) << content("err");
    EXPECT_FALSE(fs::exists(folder / "y.db"));
    fs::create_directory(folder / "taken");
    EXPECT_EQ(run("import t.csv --into y.db --decisions taken"), 2);
    EXPECT_EQ(run("import t.csv --into y.db --decisions y.db"), 64);
    EXPECT_FALSE(fs::exists(folder / "y.db"));
    ASSERT_EQ(run("import t.csv --into y.db --decisions d.csv"), 0) << content("err");
    for (const auto& entry : fs::directory_iterator(folder))
        EXPECT_NE(entry.path().extension(), ".part") << entry.path();
    // And a database that cannot be written leaves no decisions.
    EXPECT_EQ(run("import t.csv --into missing/y.db --decisions e.csv"), 2);
    EXPECT_FALSE(fs::exists(folder / "e.csv"));
}

/// A gasworks of two allocated products, both of them used.
const char* const gasworks = "process,flow,kind,amount,unit,compartment,allocation\n"
                             "gasworks,coke,product,2,kg,,0.25\ngasworks,gas,co-product,4,m3,,0.75\n"
                             "gasworks,CO2,emission,8,kg,air,\n"
                             "mill,steel,product,1,kg,,\nmill,coke,input,1,kg,,\nmill,gas,input,1,m3,,\n";

TEST_F(LcaCommand, CoproductsCanBeDemandedAndAreToldApart) {
    small_database();
    file("gas.csv", gasworks);
    ASSERT_EQ(run("import gas.csv --into x.db"), 0) << content("err");
    const json listed = run_json("list --db x.db gasworks")["processes"];
    ASSERT_EQ(listed.size(), 1u);
    EXPECT_EQ(listed[0]["product"], "coke");
    EXPECT_EQ(listed[0]["coproducts"], json::array({"gas"}));
    // No category characterises this CO2: the demand and the columns are what is looked at.
    const json demand = run_json("solve --db x.db --demand gas=3")["demand"];
    ASSERT_EQ(demand.size(), 1u);
    EXPECT_EQ(demand[0]["product"], "gas");
    EXPECT_EQ(demand[0]["unit"], "m3");
    EXPECT_EQ(demand[0]["amount"], 3);
    EXPECT_EQ(demand[0]["process"], listed[0]["id"]);
    ASSERT_EQ(run("solve --db x.db --demand gas=3"), 0);
    EXPECT_NE(out.find("gasworks [gas]"), std::string::npos) << out;
    ASSERT_EQ(run("solve --db x.db --demand steel"), 0);
    EXPECT_EQ(out.find("mill ["), std::string::npos) << out;
    // With plain linking nobody makes it, and the message says so.
    EXPECT_EQ(run("solve --db x.db --demand gas --linking plain --json"), 2);
    EXPECT_EQ(json::parse(out)["diagnostics"][0]["id"], "lca_cli_coproduct");
    // Two makers: their ids.
    file("digester.csv", "process,flow,kind,amount,unit\ndigester,gas,product,1,m3\n");
    ASSERT_EQ(run("import digester.csv --into x.db"), 0) << content("err");
    EXPECT_EQ(run("solve --db x.db --demand gas"), 2);
    EXPECT_NE(content("err").find(listed[0]["id"].get<std::string>()), std::string::npos) << content("err");
}

TEST_F(LcaCommand, ContributionsNameTheProductOfAllocatedColumns) {
    small_database();
    // In EcoSpold 1, so that the CO2 is the flow that the method knows.
    file("p2.xml", "<ecoSpold xmlns=\"http://www.EcoInvent.org/EcoSpold01\"><dataset number=\"9\"><metaInformation>"
                   "<processInformation><referenceFunction name=\"works\" unit=\"kg\"/></processInformation>"
                   "</metaInformation><flowData>"
                   "<exchange number=\"1\" name=\"coke\" unit=\"kg\" meanValue=\"2\"><outputGroup>0</outputGroup>"
                   "</exchange><exchange number=\"2\" name=\"gas\" unit=\"kg\" meanValue=\"4\"><outputGroup>2"
                   "</outputGroup></exchange><exchange number=\"3\" category=\"air\" subCategory=\"\" name=\"CO2\" "
                   "unit=\"kg\" meanValue=\"8\"><outputGroup>4</outputGroup></exchange>"
                   "<allocation referenceToCoProduct=\"1\" fraction=\"25\" allocationMethod=\"1\">"
                   "<referenceToInputOutput>3</referenceToInputOutput></allocation>"
                   "<allocation referenceToCoProduct=\"2\" fraction=\"75\" allocationMethod=\"1\">"
                   "<referenceToInputOutput>3</referenceToInputOutput></allocation>"
                   "</flowData></dataset></ecoSpold>");
    ASSERT_EQ(run("import p2.xml --into x.db"), 0) << content("err");
    const json all = run_json("contributions --db x.db --demand coke=2 --demand gas=4 --method Mine");
    const json& parts = all["contributions"].begin().value();
    EXPECT_DOUBLE_EQ(parts["value"], 16); // 8 kg x factor 2, whatever the shares
    ASSERT_EQ(parts["processes"].size(), 2u) << parts;
    EXPECT_EQ(parts["processes"][0]["product"], "gas");
    EXPECT_DOUBLE_EQ(parts["processes"][0]["value"], 12);
    EXPECT_EQ(parts["processes"][1]["product"], "coke");
    EXPECT_NE(parts["processes"][0]["name"], parts["processes"][1]["name"]);
}

TEST_F(LcaCommand, AmountsThatAreNoNumbersAreNamed) {
    small_database();
    for (const char* amount : {"abc", "nan", "1,5", "2 kg", ""}) {
        EXPECT_EQ(run(std::string("solve --db x.db --demand 'kiln=") + amount + "' --json"), 2) << amount;
        const json told = json::parse(out)["diagnostics"][0];
        EXPECT_EQ(told["id"], "lca_cli_amount") << amount;
        EXPECT_NE(told["message"].get<std::string>().find("'" + std::string(amount) + "'"), std::string::npos);
    }
    EXPECT_EQ(run("sample --db x.db --demand kiln --versus kiln=x --json"), 2);
    EXPECT_EQ(json::parse(out)["diagnostics"][0]["id"], "lca_cli_amount");
    // A process may have such a name.
    file("named.csv", "process,flow,kind,amount,unit\nkiln=abc,lime,product,1,kg\n");
    ASSERT_EQ(run("import named.csv --into x.db"), 0) << content("err");
    EXPECT_EQ(run_json("solve --db x.db --demand kiln=abc")["demand"][0]["name"], "kiln=abc");
    EXPECT_EQ(run_json("solve --db x.db --demand kiln=abc=3")["demand"][0]["amount"], 3);
}

TEST_F(LcaCommand, FullStandardOutputIsAnError) {
    small_database();
    const auto into_full = [&](const std::string& arguments) {
        const int status = std::system(
            ("cd '" + folder.string() + "' && '" + VIRESCO_CLI + "' " + arguments + " >/dev/full 2>err").c_str());
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    };
    for (const char* arguments : {"lca solve --db x.db --demand kiln", "lca solve --db x.db --demand kiln --json",
                                  "lca list --db x.db", "list units"}) {
        EXPECT_EQ(into_full(arguments), 1) << arguments;
        EXPECT_NE(content("err").find("viresco: "), std::string::npos) << arguments << content("err");
    }
    EXPECT_EQ(into_full("lca solve --db x.db --demand klin --json"), 2); // the first error counts
}

TEST_F(LcaCommand, ProcessesThatWouldRunBackwardsAreNamed) {
    small_database();
    // Each needs 3 x 2 of the other: x_a = 1 + 2 x_b, x_b = 3 x_a, so x_a = -1/5.
    file("loop.csv", "process,flow,kind,amount,unit\na,fa,product,1,kg\na,fb,input,3,kg\nb,fb,product,1,kg\n"
                     "b,fa,input,2,kg\nc,fc,product,1,kg\nc,fa,input,1,kg\n");
    ASSERT_EQ(run("import loop.csv --into x.db"), 0) << content("err");
    for (const char* command : {"solve", "contributions", "sensitivity", "sample --draws 10"}) {
        const json told = run_json(std::string(command) + " --db x.db --demand c")["diagnostics"];
        ASSERT_EQ(told.size(), 1u) << command;
        EXPECT_EQ(told[0]["id"], "lca_cli_backwards");
        EXPECT_EQ(told[0]["severity"], "warning");
        const std::string text = told[0]["message"];
        EXPECT_NE(text.find("'a'"), std::string::npos) << text;
        EXPECT_NE(text.find("'b'"), std::string::npos) << text;
        EXPECT_EQ(text.find("'c'"), std::string::npos) << text;
    }
    ASSERT_EQ(run("solve --db x.db --demand c"), 0);
    EXPECT_NE(content("err").find("backwards"), std::string::npos) << content("err");
    // Not so: a loop that can run, a negative demand, and a replaced product with what its maker would have used.
    file("good.csv", "process,flow,kind,amount,unit\nd,fd,product,1,kg\nd,fe,input,0.3,kg\ne,fe,product,1,kg\n"
                     "e,fd,input,2,kg\nchp,heat,product,1,MJ\nchp,electricity,avoided,1,kWh\n"
                     "power,electricity,product,1,kWh\npower,coal,input,1,kg\nmine,coal,product,1,kg\n");
    ASSERT_EQ(run("import good.csv --into x.db"), 0) << content("err");
    for (const char* demand : {"d", "e", "d=-1", "chp", "kiln"})
        EXPECT_EQ(run_json(std::string("solve --db x.db --demand ") + demand)["diagnostics"], json::array()) << demand;
}

TEST_F(LcaCommand, DrawsBeyondTheMemoryAreRefused) {
    small_database();
    std::string methods = "<ecoSpold xmlns=\"http://www.EcoInvent.org/EcoSpold01\">";
    for (int i = 0; i < 1000; ++i) // 1000 categories x 1e8 draws: more than a terabyte
        methods += "<dataset number=\"" + std::to_string(i + 1) +
                   "\"><metaInformation><processInformation><referenceFunction name=\"c" + std::to_string(i) +
                   "\" unit=\"kg\" category=\"Many\" subCategory=\"\"/><dataSetInformation "
                   "impactAssessmentResult=\"true\"/></processInformation></metaInformation><flowData><exchange "
                   "number=\"3\" category=\"air\" subCategory=\"\" name=\"CO2\" unit=\"kg\" meanValue=\"2\">"
                   "<outputGroup>4</outputGroup></exchange></flowData></dataset>";
    file("many.xml", methods + "</ecoSpold>");
    ASSERT_EQ(run("import many.xml --into x.db"), 0) << content("err");
    EXPECT_EQ(run("sample --db x.db --demand kiln --draws 100000000 --json"), 2) << content("err");
    EXPECT_EQ(json::parse(out)["diagnostics"][0]["id"], "lca_cli_memory");
}

TEST_F(LcaCommand, WrongUseIsSaidAndDoesNotHang) {
    small_database();
    ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(run("solve --db pipe --demand x --json"), 2);
    EXPECT_EQ(json::parse(out)["diagnostics"][0]["id"], "store_foreign");
    EXPECT_EQ(run("foo"), 64);
    EXPECT_NE((out + content("err")).find("unknown command 'foo'"), std::string::npos) << out << content("err");
    EXPECT_EQ(run(""), 64);
    EXPECT_EQ(run("--foo"), 64);
    EXPECT_EQ(run("foo solve --db x.db --demand kiln"), 64);
    EXPECT_EQ(out, "");
    EXPECT_EQ(run("solve --db x.db --demand kiln more"), 64);
    EXPECT_EQ(run("--help"), 0);
    EXPECT_EQ(run("solve --help"), 0);
    EXPECT_EQ(run("import t.csv --into x.db --findings -1"), 64);
    EXPECT_EQ(content("err").find("e+308"), std::string::npos) << content("err");
}

TEST_F(LcaCommand, ListsWhatADatabaseHolds) {
    small_database();
    const json all = run_json("list --db x.db")["processes"];
    ASSERT_EQ(all.size(), 3u);
    const json kiln = run_json("list --db x.db KIL")["processes"]; // upper or lower case
    ASSERT_EQ(kiln.size(), 1u);
    EXPECT_EQ(kiln[0]["name"], "kiln");
    EXPECT_EQ(kiln[0]["unit"], "kg");
    const std::string id = kiln[0]["id"];
    EXPECT_EQ(run_json("solve --db x.db --demand " + id)["demand"][0]["name"], "kiln");
    const json byproduct = run_json("list --db x.db electricity")["processes"];
    ASSERT_EQ(byproduct.size(), 1u);
    EXPECT_EQ(byproduct[0]["name"], "power");
    const json categories = run_json("list --db x.db --categories")["categories"];
    ASSERT_EQ(categories.size(), 1u);
    EXPECT_EQ(categories[0]["unit"], "kg CO2 eq");
    EXPECT_EQ(categories[0]["methods"], json::array({"Mine"}));
    const json methods = run_json("list --db x.db --methods")["methods"];
    ASSERT_EQ(methods.size(), 1u);
    EXPECT_EQ(methods[0]["categories"], json::array({categories[0]["id"]}));
    EXPECT_EQ(run_json("list --db x.db --methods nothing")["methods"], json::array());
    ASSERT_EQ(run("list --db x.db kiln"), 0);
    EXPECT_EQ(out.substr(0, id.size()), id);
    EXPECT_EQ(run("list --db missing.db"), 2);
    EXPECT_EQ(run("list --db x.db --methods --categories"), 64);
}

TEST_F(LcaCommand, LeftoversOfKilledImportsGoAway) {
    file("t.csv", "process,flow,kind,amount,unit\npower,electricity,product,1,kWh\n");
    const std::string dead = "x.db.999999999.part"; // above the largest process number of Linux
    const std::string mine = "x.db." + std::to_string(getpid()) + ".part";
    for (const std::string& name : {dead, mine, std::string("x.db.old.part"), std::string("y.db.999999999.part")})
        file(name, "half");
    ASSERT_EQ(run("import t.csv --into x.db"), 0) << content("err");
    EXPECT_FALSE(fs::exists(folder / dead));
    EXPECT_TRUE(fs::exists(folder / mine)); // still running: it may be writing
    EXPECT_TRUE(fs::exists(folder / "x.db.old.part"));
    EXPECT_TRUE(fs::exists(folder / "y.db.999999999.part"));
}

} // namespace
