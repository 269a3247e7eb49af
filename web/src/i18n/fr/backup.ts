import type { MessageKey } from '../en';
import type { Message } from '../message';

export const backup: Partial<Record<MessageKey, Message>> = {
  'backup.degradedTitle': 'Les copies de cette sauvegarde ne sont pas toutes complètes.',
  'backup.degradedWhat':
    'Elle peut être restaurée. Skyhold complète les autres copies à partir de celle-ci dès que leurs dépôts répondent.',
  'backup.id': 'Identifiant',
  'backup.instant': 'État des données au',
  'backup.missingTitle': {
    one: '{count} fichier manquait dans le filestore.',
    other: '{count} fichiers manquaient dans le filestore.',
  },
  'backup.missingWhat':
    'La base d’Odoo les nomme, mais ils n’y étaient pas au moment de la sauvegarde, ni dans une sauvegarde antérieure. Tout le reste est complet.',
  'backup.pinnedBy': 'Épinglée par {name} : aucune règle ne la supprime.',
  'backup.share': '{share} du tout',
  'backup.tablesRows': '{tables} avec {rows} lignes',
  'backup.title': '{branch}, {time}',

  'contents.bytes': 'Taille',
  'contents.files': 'Fichiers',
  'contents.noTable': 'Aucune table n’a cela dans son nom.',
  'contents.rows': 'Lignes',
  'contents.search': 'Chercher une table',
  'contents.sum': {
    one: '{count} table, {rows} lignes, {bytes}',
    other: '{count} tables, {rows} lignes, {bytes}',
  },
  'contents.table': 'Table',
  'contents.tables': 'Tables',

  'copies.checked': 'Dernière vérification',
  'copies.location': 'Où',
  'copies.notYet': 'pas encore',
  'copies.store': 'Dépôt',

  'difference.before': 'la sauvegarde d’avant',
  'difference.change': 'Changement',
  'difference.fileBytes': 'Taille des fichiers',
  'difference.files': '{added} nouveaux, {removed} disparus',
  'difference.first': 'C’est la première sauvegarde de sa branche',
  'difference.firstWhy': 'À partir de la prochaine, vous verrez ici quelles tables ont grandi ou rétréci.',
  'difference.gone': 'Disparue',
  'difference.grown': 'Agrandie',
  'difference.new': 'Nouvelle',
  'difference.same': 'Aucune table n’a changé.',
  'difference.shrunk': 'Rétrécie',
  'difference.tableBytes': 'Taille des tables',
  'difference.title': 'Changements',
  'difference.to': 'Comparée à',

  'files.attachments': 'Nommé par les pièces jointes',
  'files.bytes': 'Taille des fichiers',
  'files.database': 'Base sur son serveur',
  'files.file': 'Fichier',
  'files.largeObjects': 'Grands objets',
  'files.missing': 'Manquants à la source',
  'files.missingTitle': 'Fichiers manquants',
  'files.modules': { one: '{count} module installé', other: '{count} modules installés' },
  'files.none': 'Cette sauvegarde ne contient pas de fichiers.',
  'files.noneWhy': 'La branche n’avait pas de filestore quand elle a été faite.',
  'files.sequences': 'Séquences',

  'log.title': 'Journal',
  'story.broken': 'échouée',
  'story.current': 'en cours',
  'story.done': 'faite',
  'story.log': { one: '{count} ligne du journal', other: '{count} lignes du journal' },
  'story.nothing': 'Le journal est encore vide.',
  'story.steps': 'Étapes',
  'story.underWay': 'en cours',

  'pin.done': 'La sauvegarde est épinglée.',
  'pin.pin': 'Épingler',
  'pin.reason': 'Raison',
  'pin.reasonHint': 'Qui regarde plus tard voudra la savoir, par exemple « audit 2026 ».',
  'pin.removed': 'Les règles décident à nouveau de cette sauvegarde.',
  'pin.unpin': 'Retirer l’épingle',
  'pin.what':
    'Une sauvegarde épinglée est gardée quoi que disent les règles, jusqu’à ce que quelqu’un retire l’épingle.',

  'deleteBackup.begun': 'La sauvegarde est en cours de suppression.',
  'deleteBackup.noWayBack': 'C’est sans retour.',
  'deleteBackup.sure': 'Oui, en supprimer toutes les copies',
  'deleteBackup.title': 'Supprimer',
  'deleteBackup.what': 'Toutes les copies de cette sauvegarde de {branch} seront supprimées :',
};
