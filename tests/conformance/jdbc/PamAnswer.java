import com.informix.jdbc.IfmxPAM;
import com.informix.jdbc.IfxPAMChallenge;
import com.informix.jdbc.IfxPAMResponse;

/** Answers the PAM challenge of serve.py. */
public class PamAnswer implements IfmxPAM {
    /** Answers it wrongly. */
    public static final class Wrong extends PamAnswer {
        @Override
        String secret() {
            return "guess";
        }
    }

    String secret() {
        return "pam secret";
    }

    @Override
    public IfxPAMResponse IfxPAM(IfxPAMChallenge challenge) {
        Harness.equal("Password: ", challenge.getChallenge(), "text of the challenge");
        IfxPAMResponse response = new IfxPAMResponse();
        response.setResponse(secret());
        return response;
    }
}
