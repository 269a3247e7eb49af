import type { oidc as english } from '../en/oidc';
import type { Message } from '../message';

export const oidc: Record<keyof typeof english, Message> = {
  'oidc.button': 'Se connecter avec {label}',
  'oidc.or': 'ou',
  'oidc.failed': 'La connexion a échoué',
  'oidc.problem.cancelled':
    'La connexion n’a pas été terminée chez le fournisseur. Recommencez quand vous voulez.',
  'oidc.problem.disabled':
    'Votre compte est désactivé ici. Adressez-vous à un opérateur de cette plateforme.',
  'oidc.problem.expired':
    'Elle a pris trop de temps, a été commencée dans une autre fenêtre ou est déjà terminée. Recommencez.',
  'oidc.problem.forbidden_domain':
    'Les adresses de votre domaine ne peuvent pas se connecter ici. Prenez-en une autre, ou adressez-vous à un opérateur.',
  'oidc.problem.linked_otherwise':
    'Le compte à votre adresse appartient à une autre personne du fournisseur. Un opérateur peut supprimer ce lien sous Personnes.',
  'oidc.problem.misconfigured':
    'Les réglages du fournisseur et de cette plateforme ne concordent pas. Connectez-vous par nom et mot de passe, et prévenez un opérateur : le journal du serveur en dit plus.',
  'oidc.problem.not_configured':
    'Cette plateforme n’a pas de tel fournisseur. Connectez-vous par nom et mot de passe.',
  'oidc.problem.other':
    'Quelque chose s’est mal passé en route. Recommencez ; si cela persiste, connectez-vous par nom et mot de passe et prévenez un opérateur.',
  'oidc.problem.throttled':
    'Il y a eu trop d’essais depuis ici. Attendez quelques minutes, puis recommencez.',
  'oidc.problem.unavailable':
    'Le fournisseur ne répond pas. Connectez-vous par nom et mot de passe, ou réessayez dans quelques minutes.',
  'oidc.problem.unknown_person':
    'Il n’y a pas de compte à votre adresse ici. Demandez à un administrateur de votre projet d’inviter exactement cette adresse.',
  'oidc.problem.untrusted':
    'La réponse du fournisseur n’a pas pu être vérifiée. Recommencez ; si cela persiste, prévenez un opérateur.',
  'oidc.problem.unverified_email':
    'Le fournisseur ne garantit pas votre adresse e-mail. Confirmez-la chez lui, puis recommencez.',
  'oidc.linked': 'Lié à {label}',
  'oidc.linkedWhat': 'Vous pouvez vous y connecter au lieu de donner votre mot de passe.',
  'oidc.provider': 'le fournisseur d’identité',
  'oidc.notLinked': 'Pas encore lié à {label}',
  'oidc.notLinkedWhat': 'Le lien se fait à la première connexion là-bas, si l’adresse est la même.',
  'oidc.title': 'Fournisseur d’identité',
  'oidc.unlink': 'Supprimer le lien avec le fournisseur',
  'oidc.unlinked': 'Le lien est supprimé, et les sessions du compte sont terminées.',
  'oidc.withProvider': 'lié au fournisseur',
};
