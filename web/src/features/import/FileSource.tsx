import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Upload } from '@/api/types';
import { formatBytes } from '@/format/quantity';
import { useLocale, useTranslate } from '@/i18n/locale';
import { Loading } from '@/ui/Loading';
import { Notice, ProblemNotice } from '@/ui/Notice';
import { Time } from '@/ui/Time';
import { DropZone } from './DropZone';
import { UploadProgress } from './UploadProgress';
import type { ProjectUpload } from './useProjectUpload';

// A file to be sent: chosen, on its way, or there already.
export function FileSource({ upload }: { upload: ProjectUpload }) {
  const t = useTranslate();
  const [empty, setEmpty] = useState(false);
  const choose = (file: File) => {
    setEmpty(file.size === 0);
    if (file.size > 0) upload.begin(file);
  };
  if (upload.run) return <UploadProgress run={upload.run} onGoOn={upload.goOn} onCancel={upload.discard} />;
  if (upload.loading) return <Loading rows={3} />;
  if (upload.upload?.complete) return <Chosen upload={upload.upload} onOther={upload.discard} />;
  return (
    <>
      {upload.problem && <ProblemNotice error={upload.problem} />}
      {upload.upload && <Unfinished upload={upload.upload} onDiscard={upload.discard} />}
      {empty && (
        <Notice tone="bad" title={t('upload.empty')} role="alert">
          <p>{t('upload.emptyWhat')}</p>
        </Notice>
      )}
      <DropZone onFile={choose} />
    </>
  );
}

function Chosen({ upload, onOther }: { upload: Upload; onOther: () => void }) {
  const { t, locale } = useLocale();
  return (
    <Notice tone="good" title={t('upload.chosen')} role="status">
      <p>
        <code>{upload.file_name}</code> · {formatBytes(upload.size_bytes, locale)}
      </p>
      <p className="small">
        {t('upload.keptUntil')} <Time at={upload.expires_at} style="short" />.
      </p>
      <Button variant="default" size="xs" mt="xs" onClick={onOther}>
        {t('upload.other')}
      </Button>
    </Notice>
  );
}

function Unfinished({ upload, onDiscard }: { upload: Upload; onDiscard: () => void }) {
  const { t, locale } = useLocale();
  const share = `${Math.floor((100 * upload.received_bytes) / upload.size_bytes)} %`;
  return (
    <Notice tone="info" title={t('upload.continue', { name: upload.file_name, share })} role="status">
      <p>
        {t('upload.continueHow')} ({formatBytes(upload.size_bytes, locale)})
      </p>
      <Button variant="default" size="xs" mt="xs" onClick={onDiscard}>
        {t('upload.throwAway')}
      </Button>
    </Notice>
  );
}
