#include "protocols/sql/tree/tree.hpp"

#include <utility>

namespace understudy::sql::tree {

Expression::Expression() = default;
Expression::Expression(Node&& node_, std::uint32_t offset_, std::uint16_t height_)
    : node(std::move(node_)), offset(offset_), height(height_) {}
Expression::Expression(const Expression& other) = default;
Expression::Expression(Expression&& other) noexcept = default;
Expression& Expression::operator=(const Expression& other) = default;
Expression& Expression::operator=(Expression&& other) noexcept = default;
Expression::~Expression() = default;

Relation::Relation() = default;
Relation::Relation(const Relation& other) = default;
Relation::Relation(Relation&& other) noexcept = default;
Relation& Relation::operator=(const Relation& other) = default;
Relation& Relation::operator=(Relation&& other) noexcept = default;
Relation::~Relation() = default;

Query::Query() = default;
Query::Query(const Query& other) = default;
Query::Query(Query&& other) noexcept = default;
Query& Query::operator=(const Query& other) = default;
Query& Query::operator=(Query&& other) noexcept = default;
Query::~Query() = default;

Statement::Statement() = default;
Statement::Statement(const Statement& other) = default;
Statement::Statement(Statement&& other) noexcept = default;
Statement& Statement::operator=(const Statement& other) = default;
Statement& Statement::operator=(Statement&& other) noexcept = default;
Statement::~Statement() = default;

}  // namespace understudy::sql::tree
