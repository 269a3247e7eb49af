import { useEffect, useRef, useState } from 'react';
import { useTranslate } from '@/i18n/locale';
import { IconUpload } from '@/ui/icons';
import classes from './Import.module.css';

// A field for one file, onto which it can also be dropped.
export function DropZone({ onFile }: { onFile: (file: File) => void }) {
  const t = useTranslate();
  const zone = useRef<HTMLLabelElement>(null);
  const [over, setOver] = useState(false);
  const latest = useRef(onFile);
  useEffect(() => {
    latest.current = onFile;
  });
  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      // A file that misses the field would be opened by the browser in the place of the page.
      event.preventDefault();
      setOver(zone.current?.contains(event.target as Node) === true);
    };
    const onDrop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file && zone.current?.contains(event.target as Node)) latest.current(file);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    window.addEventListener('dragover', onDragOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onDragOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, []);
  return (
    <label className={classes.zone} ref={zone} data-over={over || undefined}>
      <IconUpload size={28} stroke={1.7} aria-hidden="true" />
      <strong>{t('upload.drop')}</strong>
      <span className="dimmed small">{t('upload.kinds')}</span>
      <input
        type="file"
        className={classes.input}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          // So that choosing the same file once more is a change too.
          event.currentTarget.value = '';
          if (file) onFile(file);
        }}
      />
    </label>
  );
}
