"""Definitions of the system tables as SQL column lists (Informix documentation: catalogue and sysmaster)."""

__all__ = ["MASTER_TABLES", "TABLES"]

TABLES: dict[str, str] = {
    "systables": (
        "tabname varchar(128), owner char(32), partnum integer, tabid serial, rowsize smallint, ncols smallint,"
        " nindexes smallint, nrows float, created date, version integer, tabtype char(1), locklevel char(1),"
        " npused float, fextsize integer, nextsize integer, flags smallint, site varchar(128),"
        " dbname varchar(128), type_xid integer, am_id integer, pagesize integer,"
        " ustlowts datetime year to fraction(5), secpolicyid integer, protgranularity char(1),"
        " statchange smallint, statlevel char(1)"
    ),
    "syscolumns": (
        "colname varchar(128), tabid integer, colno smallint, coltype smallint, collength smallint,"
        " colmin integer, colmax integer, extended_id integer, seclabelid integer, colattr smallint"
    ),
    "sysindices": (
        "idxname varchar(128), owner char(32), tabid integer, idxtype char(1), clustered char(1), levels smallint,"
        " leaves float, nunique float, clust float, nrows float, indexkeys lvarchar(2048), amid integer,"
        " amparam lvarchar(2048), collation char(32)"
    ),
    "sysindexes": (
        "idxname varchar(128), owner char(32), tabid integer, idxtype char(1), clustered char(1), "
        + ", ".join(f"part{n} smallint" for n in range(1, 17))
        + ", levels smallint, leaves integer, nunique integer, clust integer, idxflags integer"
    ),
    "systabauth": "grantor char(32), grantee char(32), tabid integer, tabauth char(9)",
    "syscolauth": "grantor char(32), grantee char(32), tabid integer, colno smallint, colauth char(3)",
    "sysviews": "tabid integer, seqno smallint, viewtext char(64)",
    "sysusers": "username char(32), usertype char(1), priority smallint, password char(16), defrole char(32)",
    "sysdepend": "btabid integer, btype char(1), dtabid integer, dtype char(1)",
    "syssynonyms": "owner char(32), synname varchar(128), created date, tabid integer",
    "syssyntable": (
        "tabid integer, servername varchar(128), dbname varchar(128), owner char(32), tabname varchar(128),"
        " btabid integer"
    ),
    "sysconstraints": (
        "constrid serial, constrname varchar(128), owner char(32), tabid integer, constrtype char(1),"
        " idxname varchar(128), collation char(32)"
    ),
    "sysreferences": (
        "constrid integer, primary integer, ptabid integer, updrule char(1), delrule char(1), matchtype char(1),"
        " pendant char(1)"
    ),
    "syschecks": "constrid integer, type char(1), seqno smallint, checktext char(32)",
    "syscoldepend": "constrid integer, tabid integer, colno smallint",
    "sysdefaults": "tabid integer, colno smallint, type char(1), default char(256), class char(1)",
    "sysprocedures": (
        "procname varchar(128), owner char(32), procid serial, mode char(1), retsize integer, symsize integer,"
        " datasize integer, codesize integer, numargs integer, isproc char(1), specificname varchar(128),"
        " externalname varchar(255), paramstyle char(1), langid integer, paramtypes lvarchar(2048),"
        " variant boolean, handlesnulls boolean, iterator boolean, percallcost integer, commutator varchar(128),"
        " negator varchar(128), selfunc varchar(128), internal boolean, class char(18), stack integer,"
        " parallelizable boolean, costfunc varchar(128), selconst smallfloat, collation char(32),"
        " procflags integer"
    ),
    "sysproccolumns": (
        "procid integer, paramid integer, paramname varchar(128), paramtype smallint, paramlen smallint,"
        " paramxid integer, paramattr integer"
    ),
    "sysprocauth": "grantor char(32), grantee char(32), procid integer, procauth char(1)",
    "sysprocbody": "procid integer, datakey char(1), seqno integer, data char(256)",
    "systriggers": (
        "trigid serial, trigname varchar(128), owner char(32), tabid integer, event char(1), old varchar(128),"
        " new varchar(128), mode char(1), collation char(32)"
    ),
    "sysobjstate": "objtype char(1), owner char(32), name varchar(128), tabid integer, state char(1)",
    "sysxtdtypes": (
        "extended_id serial, domain char(1), mode char(1), owner char(32), name varchar(128), type smallint,"
        " source integer, maxlen integer, length integer, byvalue char(1), cannothash char(1), align smallint,"
        " locator integer"
    ),
    "sysxtddesc": "extended_id integer, seqno smallint, description char(256)",
    "sysattrtypes": (
        "extended_id integer, seqno smallint, levelno smallint, parent_no smallint, fieldname varchar(128),"
        " fieldno smallint, type smallint, length smallint, xtd_type_id integer"
    ),
    "sysinherits": "child integer, parent integer, class char(1)",
    "syssequences": (
        "seqid serial, tabid integer, start_val bigint, inc_val bigint, min_val bigint, max_val bigint,"
        " cycle char(1), restart_val bigint, cache integer, order char(1)"
    ),
    "sysroleauth": "rolename char(32), grantee char(32), is_grantable char(1)",
    "syslangauth": "grantor char(32), grantee char(32), langid integer, langauth char(1)",
    "sysfragments": (
        "fragtype char(1), tabid integer, indexname varchar(128), colno integer, partn integer, strategy char(1),"
        " location char(1), servername varchar(128), evalpos integer, exprtext char(32), flags integer,"
        " dbspace varchar(128), partition varchar(128)"
    ),
    "systrigbody": "trigid integer, datakey char(1), seqno integer, data char(256)",
    "sysblobs": "spacename varchar(128), type char(1), tabid integer, colno smallint",
    "syscolattribs": (
        "tabid integer, colno smallint, extentsize integer, flags integer, flags1 integer, sbspace varchar(128)"
    ),
    "sysroutinelangs": (
        "langid serial, langname char(30), langinitfunc varchar(128), langpath char(255), langclass char(18)"
    ),
    "syscasts": (
        "owner char(32), argument_type smallint, argument_xid integer, result_type smallint, result_xid integer,"
        " routine_name varchar(128), routine_owner char(32), class char(1)"
    ),
    "sysaggregates": (
        "name varchar(128), owner char(32), aggid serial, init_func varchar(128), iter_func varchar(128),"
        " combine_func varchar(128), final_func varchar(128), handlesnulls boolean"
    ),
    "sysviolations": "targettid integer, viotid integer, diatid integer, maxrows integer",
    "sysfragauth": ("grantor char(32), grantee char(32), tabid integer, fragment varchar(128), fragauth char(6)"),
}

MASTER_TABLES: dict[str, str] = {
    "sysdatabases": (
        "name char(128), partnum integer, owner char(32), created date, is_logging integer, is_buff_log integer,"
        " is_ansi integer, is_nls integer, is_case_insens integer, flags smallint"
    ),
    "sysdbslocale": "dbs_dbsname char(128), dbs_collate char(32)",
    "syssessions": (
        "sid integer, username char(32), uid smallint, pid integer, hostname char(256), tty char(16),"
        " connected integer, feprogram char(255), pooladdr integer, is_wlatch integer, is_wlock integer,"
        " is_wbuff integer, is_wckpt integer, is_wlogbuf integer, is_wtrans integer, is_monitor integer,"
        " is_incrit integer, state integer"
    ),
    "systabnames": (
        "partnum integer, dbsname char(128), owner char(32), tabname char(128), collate char(32), dbsnum integer"
    ),
    "sysdual": "dummy char(1)",
    "sysconfig": (
        "cf_id integer, cf_name char(128), cf_flags integer, cf_original char(256), cf_effective char(256)"
    ),
}
