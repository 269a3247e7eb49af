#include "text.h"

#include <fmt/format.h>

#include <cctype>

namespace sample {
namespace {

// The commonest words first: append_word() picks the early ones more often, as language does.
// clang-format off
const std::vector<std::string_view> kWords = {
    "the", "of", "and", "to", "a", "in", "for", "is", "on", "that", "we", "with", "you", "this", "be", "are",
    "as", "it", "our", "your", "have", "from", "or", "will", "by", "at", "not", "can", "please", "order",
    "delivery", "invoice", "has", "been", "all", "an", "was", "if", "new", "more", "payment", "customer",
    "when", "there", "they", "which", "would", "one", "time", "do", "product", "price", "any", "next", "week",
    "need", "meeting", "project", "quotation", "date", "these", "also", "should", "after", "before", "team",
    "send", "sent", "received", "confirm", "confirmed", "stock", "warehouse", "shipment", "account", "bank",
    "tax", "amount", "due", "days", "month", "report", "attached", "document", "contract", "signed",
    "discount", "quantity", "line", "address", "contact", "phone", "mail", "support", "issue", "request",
    "task", "stage", "done", "progress", "deadline", "planned", "schedule", "visit", "site", "manager",
    "sales", "purchase", "supplier", "vendor", "material", "production", "quality", "check", "control",
    "machine", "repair", "return", "refund", "credit", "note", "balance", "open", "closed", "approved",
    "refused", "cancelled", "draft", "validated", "reserved", "available", "backorder", "transfer",
    "location", "pallet", "carrier", "tracking", "label", "serial", "lot", "expiry", "inventory", "count",
    "adjustment", "forecast", "demand", "minimum", "maximum", "rule", "route", "lead", "opportunity",
    "campaign", "newsletter", "webinar", "training", "session", "employee", "leave", "expense", "timesheet",
    "hours", "rate", "analytic", "budget", "cost", "margin", "revenue", "profit", "loss", "journal", "entry",
    "reconcile", "statement", "currency", "exchange", "euro", "dollar", "franc", "country", "region",
    "language", "translation", "website", "page", "form", "cart", "checkout", "shipping", "free", "gift",
    "card", "loyalty", "points", "member", "subscription", "renewal", "annual", "monthly", "weekly", "daily",
    "urgent", "priority", "normal", "low", "high", "question", "answer", "reply", "regards", "thanks", "kind",
    "best", "dear", "hello", "however", "therefore", "because", "although", "since", "until", "between",
    "during", "without", "within", "about", "against", "under", "over", "already", "still", "again", "soon",
    "today", "tomorrow", "yesterday", "morning", "afternoon", "monday", "tuesday", "wednesday", "thursday",
    "friday", "colleague", "department", "office", "building", "floor", "door", "key", "access", "password",
    "login", "user", "server", "database", "backup", "update", "version", "module", "field", "view", "button",
    "filter", "group", "list", "kanban", "calendar", "graph", "pivot", "dashboard", "export", "import",
    "file", "folder", "image", "drawing", "specification", "measure", "length", "width", "height", "weight",
    "colour", "blue", "green", "black", "white", "steel", "wood", "oak", "aluminium", "plastic", "glass",
    "screw", "bolt", "panel", "frame", "desk", "chair", "lamp", "cabinet", "drawer", "shelf", "cable",
    "battery", "charger", "screen", "keyboard", "printer", "paper", "cartridge", "box", "bag", "bottle",
    "café", "naïve", "Straße", "größer", "façade", "señor", "année", "výroba", "zákazník", "проект", "заказ",
    "発注", "納品", "مرحبا", "installation", "commissioning", "maintenance", "warranty", "certificate",
    "compliance", "regulation", "declaration", "customs", "tariff", "incoterm", "freight", "insurance",
    "claim", "damage", "missing", "replacement", "compensation", "agreement", "negotiation", "proposal",
    "competitor", "market", "segment", "strategy", "objective", "milestone", "deliverable", "stakeholder",
    "escalation", "resolution", "workaround", "incident", "change", "approval", "signature", "stamp",
    "archive", "retention", "privacy", "consent", "audit"};
// clang-format on

std::uint64_t square_biased(Random& random, std::uint64_t size) {
  const double unit = random.unit();
  return static_cast<std::uint64_t>(unit * unit * static_cast<double>(size));
}

}  // namespace

const std::vector<std::string_view>& first_names() {
  // clang-format off
  static const std::vector<std::string_view> kNames = {
      "Anna", "Marc", "Joël", "Léa", "Tomáš", "Ingrid", "Piotr", "Carmen", "Yuki", "Fatima", "Liam", "Olga",
      "Mateo", "Sofia", "Bjørn", "Chloé", "David", "Elena", "Farid", "Greta", "Hannah", "Ivan", "Jana",
      "Karim", "Lucía", "Mehmet", "Nadia", "Oscar", "Paula", "Quentin", "Rosa", "Søren", "Théo", "Ursula",
      "Viktor", "Wanda", "Ximena", "Yann", "Zoë", "Abigail", "Mitchell", "Brandon", "Ronnie", "Keith"};
  // clang-format on
  return kNames;
}

const std::vector<std::string_view>& last_names() {
  // clang-format off
  static const std::vector<std::string_view> kNames = {
      "Peeters", "Dubois", "Müller", "Novák", "Rossi", "García", "Jansen", "Kowalski", "Nguyen", "Tanaka",
      "Smith", "Johnson", "Brown", "Lefèvre", "Schmidt", "Fischer", "Weber", "Moreau", "Bernard", "Petit",
      "Laurent", "Hoffmann", "Schäfer", "Silva", "Santos", "Costa", "Pereira", "Andersson", "Nilsson",
      "Hansen", "Larsen", "Virtanen", "Korhonen", "Popescu", "Ionescu", "Horváth", "Nagy", "Ivanov", "Petrov",
      "Yılmaz", "Demir", "Haddad", "Cohen", "Singh", "Patel"};
  // clang-format on
  return kNames;
}

const std::vector<std::string_view>& cities() {
  // clang-format off
  static const std::vector<std::string_view> kCities = {
      "Brussels", "Namur", "Liège", "Ghent", "Paris", "Lyon", "Lille", "Köln", "München", "Zürich", "Genève",
      "Milano", "Torino", "Madrid", "Bilbao", "Lisboa", "Porto", "Praha", "Brno", "Kraków", "Gdańsk", "Wien",
      "Graz", "Malmö", "Oslo", "Aarhus", "Tampere", "Tallinn", "Rīga", "Vilnius", "Dublin", "Leeds",
      "Bristol", "Toronto", "Québec", "Chicago", "Austin", "Osaka", "Mumbai", "São Paulo"};
  // clang-format on
  return kCities;
}

const std::vector<std::string_view>& company_kinds() {
  // clang-format off
  static const std::vector<std::string_view> kKinds = {
      "SA", "GmbH", "Ltd", "s.r.o.", "SRL", "BV", "Inc.", "& Fils"};
  // clang-format on
  return kKinds;
}

const std::vector<std::string_view>& product_words() {
  // clang-format off
  static const std::vector<std::string_view> kWordsOfProducts = {
      "Desk", "Chair", "Lamp", "Cabinet", "Drawer", "Shelf", "Cable", "Battery", "Charger", "Screen", "Panel",
      "Frame", "Bolt", "Screw", "Hinge", "Tray", "Monitor", "Dock", "Stand", "Board", "Table", "Bench",
      "Locker", "Basket", "Handle", "Bracket", "Filter", "Pump", "Valve", "Sensor"};
  // clang-format on
  return kWordsOfProducts;
}

std::string TextWriter::person() {
  return fmt::format("{} {}", pick(first_names()), pick(last_names()));
}

void TextWriter::append_word(std::string& text) {
  switch (random_.below(24)) {
    case 0:
      text += fmt::format("{}{:05}", random_.chance(50) ? "SO" : "INV/2025/", random_.below(100000));
      return;
    case 1: text += fmt::format("{}.{:02}", random_.below(4000), random_.below(100)); return;
    case 2: text += pick(last_names()); return;
    case 3: text += pick(cities()); return;
    default: text += kWords[square_biased(random_, kWords.size())];
  }
}

void TextWriter::append_sentence(std::string& text) {
  const std::size_t start = text.size();
  const std::uint64_t words = random_.between(6, 18);
  for (std::uint64_t word = 0; word < words; ++word) {
    if (word > 0) text += random_.chance(6) ? ", " : " ";
    append_word(text);
  }
  text[start] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[start])));
  text += random_.chance(10) ? '?' : '.';
}

std::string TextWriter::sentence() {
  std::string text;
  append_sentence(text);
  return text;
}

std::string TextWriter::phrase(unsigned words) {
  std::string text;
  for (unsigned word = 0; word < words; ++word) {
    if (word > 0) text += ' ';
    append_word(text);
  }
  return text;
}

std::string TextWriter::prose(std::size_t bytes) {
  std::string text;
  text.reserve(bytes + 200);
  while (text.size() < bytes) {
    append_sentence(text);
    text += random_.chance(20) ? '\n' : ' ';
  }
  return text;
}

std::string TextWriter::html(std::size_t bytes) {
  std::string text = fmt::format("<p>Hello {},</p>\n", pick(first_names()));
  text.reserve(bytes + 400);
  while (text.size() + 120 < bytes) {
    text += random_.chance(12) ? "<ul><li>" : "<p style=\"margin: 0px; padding: 0px; font-size: 13px;\">";
    const bool list = text.ends_with("<li>");
    for (std::uint64_t sentences = random_.between(1, 3); sentences > 0; --sentences) {
      append_sentence(text);
      if (sentences > 1) text += list ? "</li><li>" : " ";
    }
    text += list ? "</li></ul>\n" : "</p>\n";
  }
  text += fmt::format("<p>Best regards,<br/>\n{}</p>", person());
  return text;
}

}  // namespace sample
