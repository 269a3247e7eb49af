import type { MessageKey } from '../en';
import type { Message } from '../message';

export const files: Partial<Record<MessageKey, Message>> = {
  'family.archive': 'Archives',
  'family.audio': 'Audio',
  'family.document': 'Documents',
  'family.image': 'Images',
  'family.other': 'Autres',
  'family.pdf': 'PDF',
  'family.presentation': 'Présentations',
  'family.sheet': 'Tableurs',
  'family.text': 'Texte',
  'family.unknown': 'Inconnu',
  'family.video': 'Vidéo',
  'family.web': 'Pages web et code',

  'fileTypes.count': 'Fichiers',
  'fileTypes.family': 'Genre',
  'fileTypes.notCounted': 'Les genres de fichiers ne sont pas connus.',
  'fileTypes.notCountedWhat':
    'Cette sauvegarde a été faite avant que Skyhold ne les compte. Les plus récentes les ont.',
  'fileTypes.share': 'Part',
  'fileTypes.title': 'Fichiers par genre',
  'fileTypes.types': 'Types',

  'findFile.download': 'Télécharger {name}',
  'findFile.downloadShort': 'Télécharger',
  'findFile.inDatabase': 'dans la base de données',
  'findFile.label': 'Nom de la pièce jointe',
  'findFile.labelHint':
    'Des mots de son nom dans n’importe quel ordre, ou un enregistrement comme account.move,42. Une recherche prend quelques secondes, et le journal d’audit la garde.',
  'findFile.made': 'Créée',
  'findFile.missing': 'absente de cette sauvegarde',
  'findFile.more': 'Il y en a peut-être d’autres. Précisez le nom pour les trouver.',
  'findFile.name': 'Nom',
  'findFile.nothing': 'Aucune pièce jointe de cette sauvegarde ne porte un tel nom.',
  'findFile.nothingHow': 'Essayez moins de mots, ou une sauvegarde plus ancienne ou plus récente.',
  'findFile.of': 'Appartient à',
  'findFile.results': 'Pièces jointes trouvées',
  'findFile.search': 'Chercher',
  'findFile.started': '{name} est en cours de téléchargement.',

  'openUploads.begun': 'Commencé',
  'openUploads.by': 'Par',
  'openUploads.discard': 'Jeter {name}',
  'openUploads.discardShort': 'Jeter',
  'openUploads.discarded': '{name} a été jeté.',
  'openUploads.expires': 'Reste jusqu’au',
  'openUploads.goOn': 'Continuer {name}',
  'openUploads.goOnShort': 'Continuer',
  'openUploads.lead':
    'Envoyés par un administrateur de ce projet, et pas encore importés. Pour continuer, choisissez à nouveau le même fichier : seul le reste est envoyé.',
  'openUploads.name': 'Fichier',
  'openUploads.otherFile':
    'C’est un autre fichier : {name} fait {wanted}, celui que vous avez choisi {chosen}.',
  'openUploads.sent': 'Envoyé',
  'openUploads.title': 'Envois en attente',
  'openUploads.use': 'Importer {name}',
  'openUploads.useShort': 'Importer',
};
