import { MantineThemeProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useTranslate } from '@/i18n/locale';

// Where toasts appear. Their close buttons have nothing but a cross, so they are told their name here.
export function Toasts() {
  const closeButtonProps = { 'aria-label': useTranslate()('action.close') };
  return (
    <MantineThemeProvider theme={{ components: { Notification: { defaultProps: { closeButtonProps } } } }}>
      <Notifications position="bottom-right" limit={3} />
    </MantineThemeProvider>
  );
}
