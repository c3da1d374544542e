import java.io.IOException;

/** Entry point: `java Main [part of a check's name]`; exit status 0 when every check passed. */
public final class Main {
    public static void main(String[] args) throws ClassNotFoundException, IOException {
        Class.forName("com.informix.jdbc.IfxDriver");
        if (args.length > 0 && args[0].equals("--operations")) {
            System.exit(Operations.main());
        }
        Harness harness = new Harness(args.length > 0 ? args[0] : null);
        Basics.all(harness);
        Scalars.all(harness);
        RandomValues.all(harness);
        Conversions.all(harness);
        Statements.all(harness);
        Sql.all(harness);
        Batches.all(harness);
        Cursors.all(harness);
        Transactions.all(harness);
        Databases.all(harness);
        Sessions.all(harness);
        Routines.all(harness);
        Metadata.all(harness);
        Details.all(harness);
        Lobs.all(harness);
        Xa.all(harness);
        Cancel.all(harness);
        Locales.all(harness);
        System.exit(harness.finish());
    }
}
