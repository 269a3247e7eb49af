import type { Message } from '../message';

export const restore = {
  'restore.adminsOnly': 'Restoring is for the admins of this project.',
  'restore.elsewhere': 'Somewhere else than beside the source branch (operators)',
  'restore.existingWhat': 'What is there now will be replaced.',
  'restore.how': 'How?',
  'restore.into': 'Restore into {branch}',
  'restore.lead': 'Nothing happens before you have seen what will, and confirmed it.',
  'restore.nameTaken': 'There is a branch of this name already.',
  'restore.newBranch': 'A new branch',
  'restore.newBranchWhat':
    'Nothing is replaced: a database and a filestore of its own are made on the same server.',
  'restore.newName': 'Name of the new branch',
  'restore.newType': 'Type',
  'restore.noBackups': 'There is no backup to restore yet.',
  'restore.notRestorable': 'This backup cannot be restored. Choose another.',
  'restore.olderBackups': 'Look for an older one in the list of backups',
  'restore.otherBackup': 'Choose another',
  'restore.productionWhat': 'What your users work with now will be replaced.',
  'restore.replace': 'Replace {branch}',
  'restore.review': 'What will happen',
  'restore.safety': 'First make a safety backup of what will be replaced',
  'restore.safetyWhat':
    'It is kept for some days, so that nothing is lost even if you change your mind later.',
  'restore.title': 'Restore',
  'restore.where': 'Onto which branch?',
  'restore.which': 'Which backup?',

  'mode.exact': 'Exact',
  'mode.exactRisk':
    'An exact copy sends mail, runs its scheduled actions and charges cards as production does.',
  'mode.exactWhat': 'Everything as it was: for production, or for a move.',
  'mode.neutralized': 'Neutralized',
  'mode.neutralizedRisk':
    'Production would come back with mail, scheduled actions and payments switched off.',
  'mode.neutralizedWhat':
    'Mail, scheduled actions, payments and other ties to the outside are switched off: for tests.',

  'plan.check': 'Every table and file is checked against the backup, then the branch is there.',
  'plan.checkAndSwap':
    'Every table and file is checked against the backup; only then the new data takes its place. Until that moment {branch} keeps running on what it has.',
  'plan.creates': 'The branch {branch} is made, with the database {database}.',
  'plan.database': 'It is the database {database} with {size}.',
  'plan.exact': 'The data comes back exactly as it was.',
  'plan.identity': 'The copy gets an identity of its own, so that nobody takes it for the original.',
  'plan.lastWrite': 'It was last written to',
  'plan.neutralized':
    'Mail, scheduled actions and payments are switched off before anybody can see the data.',
  'plan.replaces': 'What is in {branch} now is replaced.',
  'plan.safety': 'First a safety backup of {branch} is made.',
  'plan.undo': 'You can undo it in one step.',

  'restores.begin': 'Restore a backup',
  'restores.empty': 'Nothing has been restored yet',
  'restores.emptyWhy':
    'Try it now rather than on a bad day: restore last night’s backup into a new branch. It touches nothing that is in use.',
  'restores.lead': 'What was put where, by whom, and how it went.',
  'restores.mode': 'How',
  'restores.onto': 'Branch',
  'restores.what': 'What',
  'restores.when': 'When',

  'job.attempt': 'Attempt',
  'job.cancel': 'Cancel it',
  'job.created': 'Asked for',
  'job.openBackup': 'Open the backup',
  'job.source': 'From branch',
  'job.title': '{kind}: {branch}',

  'outcome.branchUntouched': '{branch} was not changed: it still has the data that it had before.',
  'outcome.cancelled': 'This was cancelled.',
  'outcome.checked': '{rows} rows and {files} files were checked against the backup.',
  'outcome.failed': 'This failed.',
  'outcome.restored': '{branch} is restored.',
  'outcome.safety': 'Safety backup of what was there before',
  'outcome.undone': 'The restore of {branch} is undone.',

  'neutralization.after': 'After',
  'neutralization.andMore': { one: '{names} and {count} more', other: '{names} and {count} more' },
  'neutralization.before': 'Before',
  'neutralization.builtIn': 'built-in rule',
  'neutralization.details': 'Which rules were used',
  'neutralization.foreign': {
    one: '{count} module by others than Odoo brings no rule for this.',
    other: '{count} modules by others than Odoo bring no rule for this.',
  },
  'neutralization.foreignWhat': 'If one of them talks to the outside, switch that off yourself.',
  'neutralization.identity': 'The copy got an identity of its own; nothing was switched off.',
  'neutralization.lead': 'What reached the outside and was switched off in this copy.',
  'neutralization.notOdoo': 'This is no Odoo database: there was nothing to switch off.',
  'neutralization.nothing': 'Nothing in it reached the outside.',
  'neutralization.off': 'Switched off',
  'neutralization.rules': 'Rules of:',
  'neutralization.stillOn': 'Still on',
  'neutralization.title': 'Neutralization',
  'neutralization.what': 'What',
  'neutralization.without': 'Installed modules without a rule:',

  'undo.nothing': 'No restore to undo',
  'undo.title': 'Undo the restore',
  'undo.what':
    'The data that {branch} had before comes back; what is there now is kept in its place, so you can change your mind once more.',
} as const satisfies Record<string, Message>;
