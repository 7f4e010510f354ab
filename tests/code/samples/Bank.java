package example;

import java.util.List;

/** Keeps money. */
@Deprecated
public class Bank {
    private static final int LIMIT = 5, WINDOW = 60;

    public Bank() {
    }

    public Bank(String name) {
        this();
    }

    @Override
    public String toString() {
        return "bank";
    }

    void pay(int amount) {
        Runnable later = new Runnable() {
            public void run() {
            }
        };
        later.run();
    }

    void pay(int amount, String to) {
    }

    static class Account {
        interface Listener {
            void changed(int balance);
        }

        <T extends Number> T balance() {
            return null;
        }
    }

    enum Kind {
        SAVINGS {
            int rate() {
                return 2;
            }
        },
        CHECKING;

        int rate() {
            return 0;
        }
    }

    record Point(int x, int y) {
        Point {
            if (x < 0) throw new IllegalArgumentException();
        }
    }

    @interface Audited {
        String by() default "";
    }
}
