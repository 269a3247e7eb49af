import { createTheme } from '@mantine/core';
import type { MantineColorsTuple, MantineTheme } from '@mantine/core';

// The one accent: a clear sky towards evening.
const sky: MantineColorsTuple = [
  '#eef6fb',
  '#d9eaf5',
  '#b5d5ea',
  '#8abcdd',
  '#63a3ce',
  '#3f87b7',
  '#28709f',
  '#1c5a87',
  '#17496d',
  '#113653',
];

// Neutrals with a breath of blue, from the text on dark to the page behind it.
const dark: MantineColorsTuple = [
  '#e3e9ef',
  '#c3ccd6',
  '#9fabb8',
  '#6e7b8a',
  '#3a4552',
  '#2b3540',
  '#222a34',
  '#1a2129',
  '#141a21',
  '#0e1217',
];

const red: MantineColorsTuple = [
  '#fdf0ef',
  '#fadbd9',
  '#f3b7b3',
  '#ea8d87',
  '#e06a62',
  '#d04a41',
  '#b9362d',
  '#a12a22',
  '#83221c',
  '#611813',
];

export const theme = createTheme({
  primaryColor: 'sky',
  primaryShade: { light: 7, dark: 6 },
  colors: { sky, dark, red },
  black: '#1b2530',
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, monospace",
  headings: {
    fontWeight: '640',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.25' },
      h2: { fontSize: '1.125rem', lineHeight: '1.3' },
      h3: { fontSize: '1rem', lineHeight: '1.35' },
    },
  },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Its way of locking the page behind a dialog is an inline <style>; base.css does it instead.
    ModalRoot: { defaultProps: { lockScroll: false, centered: true, radius: 'lg', padding: 'lg' } },
    DrawerRoot: { defaultProps: { lockScroll: false } },
    Select: { defaultProps: { allowDeselect: false, checkIconPosition: 'right' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, multiline: true, maw: 320 } },
    // What opens above the page is still a part of its main content.
    Menu: {
      defaultProps: {
        shadow: 'md',
        position: 'bottom-end',
        withInitialFocusPlaceholder: false,
        portalProps: { target: '#overlays' },
      },
    },
    Combobox: { defaultProps: { portalProps: { target: '#overlays' } } },
  },
});

interface Variables {
  variables: Record<string, string>;
  light: Record<string, string>;
  dark: Record<string, string>;
}

// Our tokens. Text on every surface that it may stand on keeps a contrast of 4.5 or more.
export function cssVariables(merged: MantineTheme): Variables {
  return {
    variables: {
      '--page-width': '1240px',
      '--sidebar-width': '232px',
      '--font-numbers': `"tnum" 1, "cv05" 1`,
      '--mantine-font-family': merged.fontFamily,
    },
    light: {
      '--mantine-color-body': '#f5f7f9',
      '--surface': '#ffffff',
      '--surface-quiet': '#f0f3f6',
      '--surface-hover': '#f3f6f9',
      '--line': '#dde3e9',
      '--line-strong': '#8492a1',
      '--mantine-color-default-border': '#c4cdd6',
      '--mantine-color-dimmed': '#546170',
      '--mantine-color-placeholder': '#66727f',
      '--mantine-color-error': '#a12a22',
      '--mantine-color-anchor': '#1c5a87',
      '--accent-text': '#1c5a87',
      '--accent-soft': '#e3eff7',
      '--good': '#19693f',
      '--good-soft': '#e2f3ea',
      '--warn': '#7d4e00',
      '--warn-soft': '#fbf0d9',
      '--bad': '#a12a22',
      '--bad-soft': '#fbe7e5',
      '--info': '#1c5a87',
      '--info-soft': '#e3eff7',
      '--idle': '#4b5866',
      '--idle-soft': '#e9edf1',
      '--chart-1': '#1c5a87',
      '--chart-2': '#c7791a',
      '--chart-3': '#2f8560',
      '--chart-4': '#8d5bb0',
      '--focus': '#1c5a87',
      '--shadow-card': '0 1px 2px rgb(27 37 48 / 5%)',
    },
    dark: {
      '--mantine-color-body': '#11161c',
      '--surface': '#191f27',
      '--surface-quiet': '#1f2730',
      '--surface-hover': '#202832',
      '--line': '#2c3641',
      '--line-strong': '#6e7b8a',
      '--mantine-color-default': '#1f2730',
      '--mantine-color-default-hover': '#27313c',
      '--mantine-color-default-border': '#3b4754',
      '--mantine-color-dimmed': '#9fabb8',
      '--mantine-color-placeholder': '#8995a2',
      '--mantine-color-error': '#ff9c94',
      '--mantine-color-anchor': '#8cc4ea',
      '--accent-text': '#8cc4ea',
      '--accent-soft': '#1b3447',
      '--good': '#74d3a2',
      '--good-soft': '#17332a',
      '--warn': '#f0bd62',
      '--warn-soft': '#3a2d14',
      '--bad': '#ff9c94',
      '--bad-soft': '#43211f',
      '--info': '#8cc4ea',
      '--info-soft': '#1b3447',
      '--idle': '#b3bec9',
      '--idle-soft': '#28313b',
      '--chart-1': '#63a3ce',
      '--chart-2': '#e0a14c',
      '--chart-3': '#5dbd91',
      '--chart-4': '#b48bd3',
      '--focus': '#8cc4ea',
      '--shadow-card': 'none',
    },
  };
}
