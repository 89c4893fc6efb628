#pragma once

/// RODAS5P: Rosenbrock method of order 5 with an embedded one of order 4, eight stages, stiffly accurate, for systems of
/// index 1, with dense output of order 4. In the form that needs no products with the Jacobian:
///   W u_i = f(t + alpha_i h, x + sum_j a_ij u_j) + sum_j c_ij u_j / h + h d_i f_t,  W = M / (gamma h) - f_x.
/// The last stages add one u each: x_7 = x_6 + u_6, x_8 = x_7 + u_7, x_new = x_8 + u_8; u_8 is the error.
/// Source: G. Steinebach, Construction of Rosenbrock-Wanner method Rodas5P and numerical benchmarks within the Julia
/// Differential Equations package, BIT 63 (2023) (paper not seen); coefficients as in OrdinaryDiffEq.jl,
/// rosenbrock_tableaus.jl. tests/integrate checks the order conditions of the numbers here.
namespace viresco::integrate::rodas5p {

constexpr int stages = 8;
constexpr double gamma = 0.21193756319429014;
constexpr double alpha[stages] = {
    0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1, 1, 1};
constexpr double d[stages] = {
    gamma, -0.42387512638858027, -0.3384627126235924, 1.8046452872882734, 2.325825639765069, 0, 0, 0};
/// Of stages 2 to 6; 7 and 8 follow from 6.
constexpr double a[6][5] = {
    {},
    {3.0},
    {2.849394379747939, 0.45842242204463923},
    {-6.954028509809101, 2.489845061869568, -10.358996098473584},
    {2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641},
    {-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946},
};
constexpr double c[stages][7] = {
    {},
    {-14.155112264123755},
    {-17.97296035885952, -2.859693295451294},
    {147.12150275711716, -1.41221402718213, 71.68940251302358},
    {165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306},
    {24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471},
    {30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623,
     -28.087943162872662},
    {37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002,
     -54.66780262877968, -9.48861652309627},
};
/// x(t + s h) = (1 - s) x + s (x_new + (1 - s) (e_1 + s (e_2 + s e_3))), e_i = sum_j dense_ij u_j.
constexpr double dense[3][stages] = {
    {25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204, 0.524948541321073,
     1.1241088310450404, 0.4272876194431874, -0.17202221070155493},
    {-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796, 20.176138334709044,
     15.98066361424651, -6.789040303419874, -6.710236069923372},
    {11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643, -52.072871366152654,
     -59.78993625266729, -0.15582684282751913, 4.883087185713722},
};

} // namespace viresco::integrate::rodas5p
