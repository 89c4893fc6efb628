import { defineConfig } from 'vite';

// One script and one style sheet, both embedded into the C++ library: no module loading, no file names with hashes.
export default defineConfig({
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    target: 'es2020',
    outDir: 'dist',
    lib: { entry: 'src/main.tsx', name: 'viresco_report', formats: ['iife'], fileName: () => 'report.js', cssFileName: 'report' },
    reportCompressedSize: false,
  },
});
