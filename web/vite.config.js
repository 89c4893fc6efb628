import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

// Everything that ends up in report.js; each licence asks that its notice goes with every copy, and a report is one.
const bundled = ['preact', 'echarts', 'zrender', 'd3-sankey', 'd3-array', 'd3-path', 'd3-shape', 'internmap', 'tslib', '@dagrejs/dagre', '@dagrejs/graphlib'];

function notices() {
  const text = (name, file) => readFileSync(new URL(`node_modules/${name}/${file}`, import.meta.url), 'utf8').trim();
  const parts = bundled.map((name) => {
    const { version, license } = JSON.parse(text(name, 'package.json'));
    const files = license === 'Apache-2.0' ? ['NOTICE'] : ['LICENSE', 'LICENSE.txt'].filter((f) => existsSync(new URL(`node_modules/${name}/${f}`, import.meta.url)));
    const body = files.map((f) => text(name, f)).join('\n\n');
    return `${name} ${version} (${license})\n${license === 'Apache-2.0' ? 'http://www.apache.org/licenses/LICENSE-2.0\n' : ''}\n${body}`;
  });
  return `/*! This program contains the following libraries.\n\n${parts.join('\n\n----\n\n').replaceAll('*/', '* /').replaceAll('\r', '').replace(/[ \t]+$/gm, '')}\n*/\n`;
}

const licence_notices = {
  name: 'licence-notices',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) if (file.type === 'chunk') file.code = notices() + file.code;
  },
};

// One script and one style sheet, both embedded into the C++ library: no module loading, no file names with hashes.
export default defineConfig({
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [licence_notices],
  build: {
    target: 'es2020',
    outDir: 'dist',
    lib: { entry: 'src/main.tsx', name: 'viresco_report', formats: ['iife'], fileName: () => 'report.js', cssFileName: 'report' },
    reportCompressedSize: false,
  },
});
