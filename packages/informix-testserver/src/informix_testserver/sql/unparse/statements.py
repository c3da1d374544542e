"""Syntax tree → text: statements other than queries."""

import re

from .. import ast
from .expressions import arguments, listed, name, names, rule, string, unparse

__all__: list[str] = []


def _if(condition: object, text: str) -> str:
    return text if condition else ""


# ---- DML


@rule(ast.Values)
def _values(node: ast.Values) -> str:
    return f"VALUES ({listed(node.row)})"


@rule(ast.Insert)
def _insert(node: ast.Insert) -> str:
    return f"INSERT INTO {unparse(node.table)}{names(node.columns)} {unparse(node.source)}"


@rule(ast.Assignment)
def _assignment(node: ast.Assignment) -> str:
    if len(node.targets) == 1:
        return f"{unparse(node.part or node.targets[0])} = {unparse(node.values[0])}"
    return f"{names(node.targets) or '*'} = ({listed(node.values)})"


@rule(ast.CurrentOf)
def _current_of(node: ast.CurrentOf) -> str:
    return f"CURRENT OF {name(node.cursor)}"


def _with(node: ast.Update | ast.Delete) -> str:
    return f"WITH {_if(node.recursive, 'RECURSIVE ')}{listed(node.ctes)} " if node.ctes else ""


def _where(node: ast.Update | ast.Delete) -> str:
    return "" if node.where is None else f" WHERE {unparse(node.where)}"


@rule(ast.Update)
def _update(node: ast.Update) -> str:
    from_ = _if(node.from_, f" FROM {listed(node.from_)}")
    return f"{_with(node)}UPDATE {unparse(node.table)} SET {listed(node.assignments)}{from_}{_where(node)}"


@rule(ast.Delete)
def _delete(node: ast.Delete) -> str:
    return f"{_with(node)}DELETE FROM {unparse(node.table)}{_where(node)}"


@rule(ast.Merge)
def _merge(node: ast.Merge) -> str:
    text = f"MERGE INTO {unparse(node.target)} USING {unparse(node.source)} ON {unparse(node.condition)}"
    if isinstance(node.matched, ast.MergeDelete):
        text += " WHEN MATCHED THEN DELETE"
    elif node.matched is not None:
        text += f" WHEN MATCHED THEN UPDATE SET {listed(node.matched.assignments)}"
    if node.not_matched is not None:
        columns = names(node.not_matched.columns)
        text += f" WHEN NOT MATCHED THEN INSERT{columns} {unparse(node.not_matched.values)}"
    return text


@rule(ast.ExecuteRoutine)
def _execute(node: ast.ExecuteRoutine) -> str:
    verb = node.kind if node.kind == "CALL" else f"EXECUTE {node.kind}"
    return (
        f"{verb} {unparse(node.name)}({arguments(node.arguments)}){_if(node.into, f' INTO {listed(node.into)}')}"
    )


# ---- tables


@rule(ast.References)
def _references(node: ast.References) -> str:
    return f"REFERENCES {unparse(node.table)}{names(node.columns)}{_if(node.cascade, ' ON DELETE CASCADE')}"


@rule(ast.Constraint)
def _constraint(node: ast.Constraint) -> str:
    words = [] if node.kind == "FOREIGN KEY" and not node.columns else [node.kind + names(node.columns)]
    words += [f"({unparse(node.condition)})"] if node.condition is not None else []
    words += [unparse(node.references)] if node.references is not None else []
    words += [f"CONSTRAINT {unparse(node.name)}"] if node.name is not None else []
    return " ".join([*words, *([node.mode] if node.mode else [])])


@rule(ast.ColumnDef)
def _column(node: ast.ColumnDef) -> str:
    default = "" if node.default is None else f" DEFAULT {_default(node.default)}"
    return f"{name(node.name)} {unparse(node.type)}{default}" + "".join(f" {unparse(c)}" for c in node.constraints)


def _default(node: ast.Expression) -> str:
    """Return a default in parentheses unless it is simple."""
    text = unparse(node)
    return f"({text})" if isinstance(node, ast.Binary | ast.Like | ast.Between | ast.IsNull) else text


@rule(ast.CreateTable)
def _create_table(node: ast.CreateTable) -> str:
    kind = "" if node.kind == "STANDARD" else f"{node.kind} "
    text = f"CREATE {kind}TABLE {_if(node.if_not_exists, 'IF NOT EXISTS ')}{unparse(node.name)}"
    if node.row_type is not None:
        text += f" OF TYPE {unparse(node.row_type)}"
    if node.columns or node.constraints:
        text += f" ({listed((*node.columns, *node.constraints))})"
    text += "" if node.under is None else f" UNDER {unparse(node.under)}"
    text += _if(node.with_options, f" WITH {', '.join(node.with_options)}")
    text += _extents(node)
    text += _if(node.lock_mode, f" LOCK MODE {node.lock_mode}")
    text += "" if node.query is None else f" AS {unparse(node.query)}"
    return text + _if(node.no_log, " WITH NO LOG")


def _extents(node: ast.CreateTable | ast.ChangeExtents) -> str:
    first = "" if node.first_extent is None else f" EXTENT SIZE {node.first_extent}"
    return first + ("" if node.next_extent is None else f" NEXT SIZE {node.next_extent}")


@rule(ast.ChangeExtents)
def _change_extents(node: ast.ChangeExtents) -> str:
    return f"MODIFY{_extents(node)}"


@rule(ast.Truncate)
def _truncate(node: ast.Truncate) -> str:
    return f"TRUNCATE TABLE {unparse(node.table)}"


@rule(ast.AlterTable)
def _alter_table(node: ast.AlterTable) -> str:
    return f"ALTER TABLE {unparse(node.table)} {listed(node.actions)}"


@rule(ast.AddColumn)
def _add_column(node: ast.AddColumn) -> str:
    before = "" if node.before is None else f" BEFORE {unparse(node.before)}"
    return f"ADD ({unparse(node.column)}{before})"


@rule(ast.DropColumn)
def _drop_column(node: ast.DropColumn) -> str:
    return f"DROP ({unparse(node.column)})"


@rule(ast.ModifyColumn)
def _modify_column(node: ast.ModifyColumn) -> str:
    return f"MODIFY ({unparse(node.column)})"


@rule(ast.AddConstraint)
def _add_constraint(node: ast.AddConstraint) -> str:
    return f"ADD CONSTRAINT ({unparse(node.constraint)})"


@rule(ast.DropConstraint)
def _drop_constraint(node: ast.DropConstraint) -> str:
    return f"DROP CONSTRAINT ({unparse(node.name)})"


@rule(ast.ChangeLockMode)
def _change_lock_mode(node: ast.ChangeLockMode) -> str:
    return f"LOCK MODE ({node.mode})"


@rule(ast.ChangeTable)
def _change_table(node: ast.ChangeTable) -> str:
    return " ".join(node.words)


# ---- other objects


@rule(ast.IndexColumn)
def _index_column(node: ast.IndexColumn) -> str:
    return unparse(node.expression) + _if(node.descending, " DESC")


@rule(ast.CreateIndex)
def _create_index(node: ast.CreateIndex) -> str:
    words = f"CREATE {_if(node.unique, 'UNIQUE ')}{_if(node.cluster, 'CLUSTER ')}INDEX "
    method = "" if node.access_method is None else f" USING {name(node.access_method)}"
    head = f"{words}{_exists_not(node.if_not_exists)}{unparse(node.name)} ON {unparse(node.table)}"
    return f"{head} ({listed(node.columns)}){method}{_if(node.disabled, ' DISABLED')}"


@rule(ast.AlterIndex)
def _alter_index(node: ast.AlterIndex) -> str:
    return f"ALTER INDEX {unparse(node.name)} TO {_if(not node.cluster, 'NOT ')}CLUSTER"


def _exists_not(flag: bool) -> str:
    return "IF NOT EXISTS " if flag else ""


@rule(ast.CreateView)
def _create_view(node: ast.CreateView) -> str:
    head = f"CREATE VIEW {_exists_not(node.if_not_exists)}{unparse(node.name)}{names(node.columns)}"
    return f"{head} AS {unparse(node.query)}{_if(node.check_option, ' WITH CHECK OPTION')}"


@rule(ast.CreateSynonym)
def _create_synonym(node: ast.CreateSynonym) -> str:
    kind = "PRIVATE" if node.private else "PUBLIC"
    return (
        f"CREATE {kind} SYNONYM {_exists_not(node.if_not_exists)}{unparse(node.name)} FOR {unparse(node.target)}"
    )


@rule(ast.SequenceOptions)
def _sequence_options(node: ast.SequenceOptions) -> str:
    numbers = (
        ("START WITH", node.start),
        ("RESTART WITH", node.restart),
        ("INCREMENT BY", node.increment),
        ("MAXVALUE", node.maximum),
        ("MINVALUE", node.minimum),
    )
    words = [f" {word} {value}" for word, value in numbers if value is not None]
    words += [_if(node.no_maximum, " NOMAXVALUE"), _if(node.no_minimum, " NOMINVALUE")]
    if node.cache is not None:
        words.append(f" CACHE {node.cache}" if node.cache else " NOCACHE")
    for word, flag in (("CYCLE", node.cycle), ("ORDER", node.order)):
        words += [] if flag is None else [f" {word}" if flag else f" NO{word}"]
    return "".join(words)


@rule(ast.CreateSequence)
def _create_sequence(node: ast.CreateSequence) -> str:
    return f"CREATE SEQUENCE {_exists_not(node.if_not_exists)}{unparse(node.name)}{unparse(node.options)}"


@rule(ast.AlterSequence)
def _alter_sequence(node: ast.AlterSequence) -> str:
    return f"ALTER SEQUENCE {unparse(node.name)}{unparse(node.options)}"


@rule(ast.CreateRowType)
def _create_row_type(node: ast.CreateRowType) -> str:
    fields = _if(node.fields, f" ({listed(node.fields)})")
    under = "" if node.under is None else f" UNDER {unparse(node.under)}"
    return f"CREATE ROW TYPE {_exists_not(node.if_not_exists)}{unparse(node.name)}{fields}{under}"


@rule(ast.CreateDistinctType)
def _create_distinct_type(node: ast.CreateDistinctType) -> str:
    return f"CREATE DISTINCT TYPE {_exists_not(node.if_not_exists)}{unparse(node.name)} AS {unparse(node.source)}"


@rule(ast.CreateRoutine, ast.CreateTrigger)
def _create_routine(node: ast.CreateRoutine | ast.CreateTrigger) -> str:
    return node.text


@rule(ast.CreateRole)
def _create_role(node: ast.CreateRole) -> str:
    return f"CREATE ROLE {_exists_not(node.if_not_exists)}{name(node.name)}"


@rule(ast.CreateSchema)
def _create_schema(node: ast.CreateSchema) -> str:
    return f"CREATE SCHEMA AUTHORIZATION {name(node.owner)}" + "".join(f" {unparse(s)}" for s in node.statements)


@rule(ast.DropObject)
def _drop(node: ast.DropObject) -> str:
    text = f"DROP {node.kind} {_if(node.if_exists, 'IF EXISTS ')}{unparse(node.name)}"
    return text + _if(node.restrict, " RESTRICT")


@rule(ast.DropRoutine)
def _drop_routine(node: ast.DropRoutine) -> str:
    parameters = "" if node.parameters is None else f" ({listed(node.parameters)})"
    head = f"DROP {_if(node.specific, 'SPECIFIC ')}{node.kind} {_if(node.if_exists, 'IF EXISTS ')}"
    return f"{head}{unparse(node.name)}{parameters}"


@rule(ast.RenameObject)
def _rename(node: ast.RenameObject) -> str:
    return f"RENAME {node.kind} {unparse(node.name)} TO {unparse(node.new_name)}"


@rule(ast.RenameColumn)
def _rename_column(node: ast.RenameColumn) -> str:
    return f"RENAME COLUMN {unparse(node.table)}.{unparse(node.column)} TO {unparse(node.new_name)}"


# ---- session


@rule(ast.DatabaseName)
def _database_name(node: ast.DatabaseName) -> str:
    return name(node.name) + ("" if node.server is None else f"@{name(node.server)}")


@rule(ast.UseDatabase)
def _use_database(node: ast.UseDatabase) -> str:
    return f"DATABASE {unparse(node.database)}{_if(node.exclusive, ' EXCLUSIVE')}"


@rule(ast.CreateDatabase)
def _create_database(node: ast.CreateDatabase) -> str:
    log = {None: "", "ANSI": " WITH LOG MODE ANSI"}.get(node.log, f" WITH {node.log}")
    return f"CREATE DATABASE {_exists_not(node.if_not_exists)}{unparse(node.database)}{log}"


@rule(ast.DropDatabase)
def _drop_database(node: ast.DropDatabase) -> str:
    return f"DROP DATABASE {_if(node.if_exists, 'IF EXISTS ')}{unparse(node.database)}"


_FIXED: dict[type[ast.Statement], str] = {
    ast.CloseDatabase: "CLOSE DATABASE",
    ast.Begin: "BEGIN WORK",
    ast.Commit: "COMMIT WORK",
    ast.Rollback: "ROLLBACK WORK",
}


@rule(*_FIXED)
def _fixed(node: ast.Statement) -> str:
    return _FIXED[type(node)]


@rule(ast.RollbackToSavepoint)
def _rollback_to(node: ast.RollbackToSavepoint) -> str:
    return "ROLLBACK WORK TO SAVEPOINT" + ("" if node.name is None else f" {name(node.name)}")


@rule(ast.Savepoint)
def _savepoint(node: ast.Savepoint) -> str:
    return f"SAVEPOINT {name(node.name)}{_if(node.unique, ' UNIQUE')}"


@rule(ast.ReleaseSavepoint)
def _release(node: ast.ReleaseSavepoint) -> str:
    return f"RELEASE SAVEPOINT {name(node.name)}"


@rule(ast.SetLockMode)
def _set_lock_mode(node: ast.SetLockMode) -> str:
    if node.wait == 0:
        return "SET LOCK MODE TO NOT WAIT"
    return "SET LOCK MODE TO WAIT" + ("" if node.wait is None else f" {node.wait}")


@rule(ast.SetIsolation)
def _set_isolation(node: ast.SetIsolation) -> str:
    last = _if(node.last_committed, " LAST COMMITTED")
    return f"SET ISOLATION TO {node.level}{last}{_if(node.retain_update_locks, ' RETAIN UPDATE LOCKS')}"


@rule(ast.SetTransaction)
def _set_transaction(node: ast.SetTransaction) -> str:
    parts = [] if node.isolation is None else [f"ISOLATION LEVEL {node.isolation}"]
    parts += [] if node.read_only is None else ["READ ONLY" if node.read_only else "READ WRITE"]
    return f"SET TRANSACTION {', '.join(parts)}"


@rule(ast.SetLog)
def _set_log(node: ast.SetLog) -> str:
    return f"SET {_if(node.buffered, 'BUFFERED ')}LOG"


@rule(ast.SetConstraints)
def _set_constraints(node: ast.SetConstraints) -> str:
    what = listed(node.names) or ("ALL" if node.table is None else f"FOR {unparse(node.table)}")
    return f"SET {', '.join(node.kinds)} {what} {node.mode}"


@rule(ast.SetEnvironment)
def _set_environment(node: ast.SetEnvironment) -> str:
    return f"SET ENVIRONMENT {name(node.name)} {string(node.value)}"


_SAFE_WORD = re.compile(r"[A-Z]+\Z|[0-9]+\Z")


@rule(ast.SetOption)
def _set_option(node: ast.SetOption) -> str:
    words = [word if _SAFE_WORD.match(word) else string(word) for word in node.words]
    return " ".join(["SET", node.option, *words])


def _privileges(node: ast.Grant | ast.Revoke) -> str:
    return ", ".join(node.privileges) + ("" if node.object is None else f" ON {unparse(node.object)}")


@rule(ast.Grant)
def _grant(node: ast.Grant) -> str:
    users = ", ".join(map(name, node.grantees))
    return f"GRANT {_privileges(node)} TO {users}{_if(node.grant_option, ' WITH GRANT OPTION')}"


@rule(ast.Revoke)
def _revoke(node: ast.Revoke) -> str:
    return f"REVOKE {_privileges(node)} FROM {', '.join(map(name, node.grantees))}"


@rule(ast.UpdateStatistics)
def _update_statistics(node: ast.UpdateStatistics) -> str:
    level = "" if node.level is None else f" {node.level}"
    table = "" if node.table is None else f" FOR TABLE {unparse(node.table)}{names(node.columns)}"
    return f"UPDATE STATISTICS{level}{table}"


@rule(ast.LockTable)
def _lock_table(node: ast.LockTable) -> str:
    return f"LOCK TABLE {unparse(node.table)} IN {'EXCLUSIVE' if node.exclusive else 'SHARE'} MODE"


@rule(ast.UnlockTable)
def _unlock_table(node: ast.UnlockTable) -> str:
    return f"UNLOCK TABLE {unparse(node.table)}"


@rule(ast.Script)
def _script(node: ast.Script) -> str:
    return "; ".join(map(unparse, node.statements))
