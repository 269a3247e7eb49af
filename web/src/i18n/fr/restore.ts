import type { MessageKey } from '../en';
import type { Message } from '../message';

export const restore: Partial<Record<MessageKey, Message>> = {
  'restore.adminsOnly': 'La restauration est réservée aux administrateurs de ce projet.',
  'restore.elsewhere': 'Ailleurs qu’à côté de la branche d’origine (opérateurs)',
  'restore.existingWhat': 'Ce qui s’y trouve maintenant sera remplacé.',
  'restore.how': 'Comment ?',
  'restore.into': 'Restaurer dans {branch}',
  'restore.lead': 'Rien ne se passe avant que vous ayez vu ce qui va se passer, et confirmé.',
  'restore.nameTaken': 'Il y a déjà une branche de ce nom.',
  'restore.newBranch': 'Une nouvelle branche',
  'restore.newBranchWhat':
    'Rien n’est remplacé : une base et un filestore à part sont créés sur le même serveur.',
  'restore.newName': 'Nom de la nouvelle branche',
  'restore.newType': 'Type',
  'restore.noBackups': 'Il n’y a pas encore de sauvegarde à restaurer.',
  'restore.notRestorable': 'Cette sauvegarde ne peut pas être restaurée. Choisissez-en une autre.',
  'restore.olderBackups': 'En chercher une plus ancienne dans la liste des sauvegardes',
  'restore.otherBackup': 'En choisir une autre',
  'restore.productionWhat': 'Ce avec quoi vos utilisateurs travaillent maintenant sera remplacé.',
  'restore.replace': 'Remplacer {branch}',
  'restore.review': 'Ce qui va se passer',
  'restore.safety': 'Faire d’abord une sauvegarde de sûreté de ce qui sera remplacé',
  'restore.safetyWhat':
    'Elle est gardée quelques jours, pour que rien ne soit perdu même si vous changez d’avis plus tard.',
  'restore.title': 'Restaurer',
  'restore.where': 'Sur quelle branche ?',
  'restore.which': 'Quelle sauvegarde ?',

  'mode.exact': 'Exacte',
  'mode.exactRisk':
    'Une copie exacte envoie des courriels, lance ses actions planifiées et débite des cartes comme la production.',
  'mode.exactWhat': 'Tout comme c’était : pour la production, ou un déménagement.',
  'mode.neutralized': 'Neutralisée',
  'mode.neutralizedRisk': 'La production reviendrait avec courriels, actions planifiées et paiements coupés.',
  'mode.neutralizedWhat':
    'Courriels, actions planifiées, paiements et autres liens vers l’extérieur sont coupés : pour des essais.',

  'plan.check': 'Chaque table et chaque fichier est comparé à la sauvegarde, puis la branche est là.',
  'plan.checkAndSwap':
    'Chaque table et chaque fichier est comparé à la sauvegarde ; alors seulement les nouvelles données prennent la place. Jusque-là, {branch} continue sur ce qu’elle a.',
  'plan.creates': 'La branche {branch} est créée, avec la base {database}.',
  'plan.database': 'C’est la base {database}, de {size}.',
  'plan.exact': 'Les données reviennent exactement comme elles étaient.',
  'plan.identity': 'La copie reçoit sa propre identité, pour que personne ne la prenne pour l’original.',
  'plan.lastWrite': 'Dernière écriture :',
  'plan.neutralized':
    'Courriels, actions planifiées et paiements sont coupés avant que quelqu’un puisse voir les données.',
  'plan.replaces': 'Ce qui est dans {branch} maintenant est remplacé.',
  'plan.safety': 'D’abord, une sauvegarde de sûreté de {branch} est faite.',
  'plan.undo': 'Vous pouvez l’annuler d’un seul geste.',

  'restores.begin': 'Restaurer une sauvegarde',
  'restores.empty': 'Rien n’a encore été restauré',
  'restores.emptyWhy':
    'Essayez maintenant plutôt qu’un mauvais jour : restaurez la sauvegarde de cette nuit dans une nouvelle branche. Rien de ce qui sert n’est touché.',
  'restores.lead': 'Ce qui a été mis où, par qui, et avec quel résultat.',
  'restores.mode': 'Comment',
  'restores.onto': 'Branche',
  'restores.what': 'Quoi',
  'restores.when': 'Quand',

  'job.attempt': 'Essai',
  'job.cancel': 'Arrêter',
  'job.created': 'Demandée',
  'job.openBackup': 'Ouvrir la sauvegarde',
  'job.source': 'Depuis la branche',
  'job.title': '{kind} : {branch}',

  'outcome.branchUntouched': '{branch} n’a pas changé : elle a toujours les données d’avant.',
  'outcome.cancelled': 'Cela a été arrêté.',
  'outcome.checked': '{rows} lignes et {files} fichiers ont été comparés à la sauvegarde.',
  'outcome.failed': 'Cela a échoué.',
  'outcome.restored': '{branch} est restaurée.',
  'outcome.safety': 'Sauvegarde de sûreté de ce qui y était avant',
  'outcome.undone': 'La restauration de {branch} est annulée.',

  'neutralization.after': 'Après',
  'neutralization.andMore': { one: '{names} et {count} autre', other: '{names} et {count} autres' },
  'neutralization.before': 'Avant',
  'neutralization.builtIn': 'règle intégrée',
  'neutralization.details': 'Quelles règles ont servi',
  'neutralization.foreign': {
    one: '{count} module qui n’est pas d’Odoo n’a pas de règle pour cela.',
    other: '{count} modules qui ne sont pas d’Odoo n’ont pas de règle pour cela.',
  },
  'neutralization.foreignWhat': 'Si l’un d’eux parle à l’extérieur, coupez-le vous-même.',
  'neutralization.identity': 'La copie a reçu sa propre identité ; rien n’a été coupé.',
  'neutralization.lead': 'Ce qui parlait à l’extérieur et a été coupé dans cette copie.',
  'neutralization.notOdoo': 'Ce n’est pas une base d’Odoo : il n’y avait rien à couper.',
  'neutralization.nothing': 'Rien n’y parlait à l’extérieur.',
  'neutralization.off': 'Coupé',
  'neutralization.rules': 'Règles de :',
  'neutralization.stillOn': 'Encore actif',
  'neutralization.title': 'Neutralisation',
  'neutralization.what': 'Quoi',
  'neutralization.without': 'Modules installés sans règle :',

  'undo.nothing': 'Aucune restauration à annuler',
  'undo.title': 'Annuler la restauration',
  'undo.what':
    'Les données que {branch} avait avant reviennent ; ce qui y est maintenant est gardé à leur place, si bien que vous pourrez encore changer d’avis.',
};
