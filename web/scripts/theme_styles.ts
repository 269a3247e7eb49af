import {
  DEFAULT_THEME,
  convertCssVariables,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core';
import type { Plugin } from 'vite';
import { cssVariables, theme } from '../src/theme/theme';

const name = 'virtual:theme.css';
const resolved = '\0theme.css';

// Mantine writes its theme's variables into a <style> element while it runs. Our security policy
// forbids that, so they become a part of the stylesheet when it is built.
export function themeStyles(): Plugin {
  return {
    name: 'skyhold-theme-styles',
    resolveId: (id) => (id === name ? resolved : undefined),
    load(id) {
      if (id !== resolved) return undefined;
      const merged = mergeMantineTheme(DEFAULT_THEME, theme);
      const ours = cssVariables(merged);
      const theirs = defaultCssVariablesResolver(merged);
      return convertCssVariables(
        {
          variables: { ...theirs.variables, ...ours.variables },
          light: { ...theirs.light, ...ours.light },
          dark: { ...theirs.dark, ...ours.dark },
        },
        ':root',
      );
    },
  };
}
