// Colours after Okabe and Ito's colour-blind safe set, darkened where a thin line on white asks for it.
// Colour never stands alone: every use has a label or a text beside it.

const steps = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#7f7f7f', '#a89400', '#004d73', '#8a5a9e'];
export const step_colour = (index: number) => (index < 0 ? '#8b9692' : steps[index % steps.length]);

const routes = ['#3d5a73', '#00795b', '#a65500', '#7a4f87', '#6b6b00', '#9c2f4f'];
export const route_colour = (index: number) => routes[index % routes.length];

export const outside = '#9aa5a1';
export const evidence_colour = { measured: '#0b3d2e', supplier: '#3f8f78', literature: '#a5cfc2', estimate: '#eceae0' } as const;

/// Black or white, whichever reads better on `background` (#rrggbb).
export function ink_on(background: string): string {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(background.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.25 ? '#10201b' : '#ffffff';
}
